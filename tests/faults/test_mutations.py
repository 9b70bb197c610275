"""Files damaged at random: what cannot be used is told in one line with file and line, never otherwise."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from questions.claims.reading import load_claims
from questions.recipes.reading.file import read_file
from tests.support.cases import case_of_group
from tests.support.paths import ROOT
from vtsc.base.cache import keep_sealed, recalled_sealed
from vtsc.base.errors import VtscError
from vtsc.content.cells import groups
from vtsc.content.manifest import load_manifest
from vtsc.deciding.memory import Memory
from vtsc.deciding.plan import decide
from vtsc.engines import Effort

PIECES = (
    '"', "'", "[", "]", "{", "}", "=", "\n", "#", "\0", "é", "-1", "1e9", "9" * 30, "true", "inf", "nan",
    "1979-05-27", '"all"', '"*"', "[]", "{}", '""', ".", "\\", "\t", "0x10", '"""', "set", "design = 3\n",
    "[[check]]\n", "[defaults]\n", "[[check.x]]\n", "[limits]\nper_cell = 1.5\n",
)  # fmt: skip
"""What is put into a file, or in the place of a value."""
VALUES: tuple[Any, ...] = (None, True, -1, 1 << 80, 1.5, "", "x", [], {}, [None], {"": 0})
"""What is put in the place of a part of an entry."""


def damaged(text: str, random: Random) -> str:
    """A text with one to three changes: something left out or put in, lines exchanged, another value."""
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(text) + 1)
        kind, piece = random.randrange(4), random.choice(PIECES)
        values = [*re.finditer(r"(?<== )[^\n]+", text)]
        if kind == 0:
            text = text[:at] + text[at + random.choice((1, 2, 5, 20, 100)) :]
        elif kind == 1:
            text = text[:at] + piece + text[at:]
        elif kind == 2 or not values:
            lines = text.split("\n")
            a, b = random.randrange(len(lines)), random.randrange(len(lines))
            lines[a], lines[b] = lines[b], lines[a]
            text = "\n".join(lines)
        else:
            value = random.choice(values)
            text = text[: value.start()] + piece + text[value.end() :]
    return text


def refused(path: Path, texts: list[str], read: Callable[[], object], count: int) -> int:
    """How many of so many damaged texts are refused, all of them as they should be."""
    number = 0
    for which in range(count):
        random = Random(f"{path.name} {which}")
        path.write_text(damaged(random.choice(texts), random), encoding="utf-8")
        try:
            read()
        except VtscError as error:
            number += 1
            said = rf"(.*/)?{re.escape(path.name)}:[0-9]+: .+"
            assert re.fullmatch(said, str(error)), f"{which}: {error}"
    return number


@pytest.mark.slow
def test_manifests(content, tmp_path):
    """That of the project and one of the examples."""
    path = tmp_path / "m.toml"
    texts = [(ROOT / name).read_text("utf-8") for name in ("checks.toml", "examples/checks.toml")]
    assert refused(path, texts, lambda: load_manifest(content, path), 300) > 200


@pytest.mark.slow
def test_recipes(tmp_path):
    """Those of the tree."""
    path = tmp_path / "r.toml"
    texts = [each.read_text("utf-8") for each in sorted((ROOT / "recipes").glob("*.toml"))]
    assert refused(path, texts, lambda: read_file(path, path.name), 300) > 100


@pytest.mark.slow
def test_claims(content, tmp_path):
    """Those of the tree."""
    path = tmp_path / "C01.toml"
    texts = [each.read_text("utf-8") for each in sorted((ROOT / "claims").glob("*.toml"))]
    assert refused(path, texts, lambda: load_claims(content, tmp_path), 300) > 100


def parts(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: what it is in, and its key or index."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from parts(value[key])


@pytest.mark.slow
@pytest.mark.parametrize("trusted", [True, False])
def test_what_is_remembered(content, monkeypatch, tmp_path, trusted):
    """Entries with a checksum that fits, whatever is in them: they count or they do not; nothing fails."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (group,) = groups(content, ["patch25"], ["slow"], ["bounded_lag"], {})
    case = case_of_group(content, group)
    memory = Memory.of(content, Effort.BOUNDED, trusted=trusted)
    memory.remember(case, 6, decide(case, group.properties, 6, Effort.BOUNDED))
    (file,) = (tmp_path / "vtsc/decided").iterdir()
    name = f"decided/{file.name}"
    whole = json.dumps(recalled_sealed(name))
    assert memory.recall(case, group.properties, 6)
    for which in range(300):
        random = Random(which)
        kept = json.loads(whole)
        place, key = random.choice([*parts(kept)])
        if random.random() < 0.3 and isinstance(place, dict):
            del place[key]
        else:
            place[key] = random.choice(VALUES)
        keep_sealed(name, kept)
        memory.recall(case, group.properties, 6)
