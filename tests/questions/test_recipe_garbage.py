"""Recipes, logs and traces with any change are read or refused in a line, never with a traceback."""

import random
import re

import pytest

from tests.support.paths import ROOT
from vtsc.base.errors import Exit
from vtsc.cli import main

RECIPES = sorted((ROOT / "recipes").glob("*.toml"))
LOGS = [ROOT / "tests/recorder/saved-and-restored.jsonl"]
TRACES = sorted((ROOT / "tests/conformance/recorded").glob("*.txt"))
BITS = [b"", b"\x00", b"\xff\xfe", b"-1", b"9" * 23, b"null", b"[", b'"', b"\n", b"1e999", b"{}"]
STATUSES = {
    Exit.OK,
    Exit.VIOLATED,
    Exit.BAD_FILE,
    Exit.USAGE,
    Exit.VACUOUS,
    Exit.UNKNOWN,
    Exit.NOT_FOUND,
}


def changed(rng, data):
    """A file with one to three changes: bytes, numbers, and lines that are cut, doubled or exchanged."""
    for _ in range(rng.randint(1, 3)):
        kind = rng.randrange(5)
        lines = data.split(b"\n")
        at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        numbers = [*re.finditer(rb"[0-9]+", data)]
        if kind == 0:
            place = rng.randrange(len(data) + 1)
            data = data[:place] + rng.choice(BITS) + data[place + rng.randrange(4) :]
        elif kind == 1 and numbers:
            found = rng.choice(numbers)
            new = rng.choice([b"0", b"-1", b"18446744073709551616", b"x", b"9" * 5000])
            data = data[: found.start()] + new + data[found.end() :]
        elif kind == 2:
            data = b"\n".join(lines[:at] + lines[at + 1 :])
        elif kind == 3:
            lines[at], lines[other] = lines[other], lines[at]
            data = b"\n".join(lines)
        else:
            data = data[: rng.randrange(len(data) + 1)]
    return data


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        (RECIPES, ["recipe", "{}", "--rules", "6.18", "-j", "1"]),
        (LOGS, ["recipe", "--from-log", "{}"]),
        (LOGS, ["recipe", str(ROOT / "recipes/qemu-migrate.toml"), "--against", "{}"]),
        (TRACES, ["explain", "{}"]),
    ],
)
def test_no_change_of_a_file_is_a_traceback(files, arguments, tmp_path, capsys):
    """Of 200 changed files each is read or refused: by one line of error, perhaps after warnings."""
    rng, refused = random.Random(7), 0
    texts = [path.read_bytes() for path in files]
    path = tmp_path / "changed"
    for _ in range(200):
        text = rng.choice(texts)
        path.write_bytes(changed(rng, text[: 40_000 if files is TRACES else len(text)]))
        status = main([each.format(path) for each in arguments])
        error = capsys.readouterr().err
        assert status in STATUSES and "Traceback" not in error
        if status in (Exit.BAD_FILE, Exit.USAGE):
            refused += 1
            assert re.fullmatch(r"(vtsc: warning: [^\n]+\n)*vtsc: [^\n]+\n", error), error
    assert refused > 10
