"""Runs the commands that a guide shows, and writes what they print into the guide.

A block marked ``console`` has commands, each after ``$``, and the output of each below it; a line ``...``
stands for any lines. A block marked ``diff`` is an edit of the file that its first line names. All blocks of
a guide are run in order, in one folder. ``python -m tools.sessions`` brings the guides up to date.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDES: dict[str, tuple[str, ...]] = {
    "docs/tutorial.md": (),
    "docs/lemmas.md": ("examples/noted.py",),
}
"""Each guide with the files that its folder has at first."""
BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY = "...\n"


def rewritten(text: str, folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """A guide with the output of each command as it is now; blocks that are up to date stay as they are.

    ``variables``: those of the commands' environment, by default the one with the programs of this one.
    """
    status = 0

    def again(block: re.Match[str]) -> str:
        nonlocal status
        if block[1] == "diff":
            edit(folder, block[2])
            return block[0]
        parts = []
        for command, shown in commands(block[2]):
            status, printed = run(command, folder, status, variables)
            parts.append(f"$ {command}\n{shown if matches(shown, printed) else printed}")
        return f"```console\n{''.join(parts)}```"

    return BLOCK.sub(again, text)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block, with the output that is shown."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def run(
    command: str, folder: Path, before: int, variables: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """The exit status of a command and all that it prints; ``before``: the status of the one before it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", f"(exit {before}); {command}"],
        cwd=folder,
        env=variables or {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(folder / ".cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def matches(shown: str, printed: str) -> bool:
    """Whether an output is the one that is shown, whose lines ``...`` stand for any lines."""
    lines = shown.splitlines(keepends=True)
    pattern = "".join(r"(?:.*\n)*?" if line == ANY else re.escape(line) for line in lines)
    return re.fullmatch(pattern, printed) is not None


def edit(folder: Path, block: str) -> None:
    """Make the edit that a block shows; raises `ValueError` where its old lines are not there once."""
    head, *hunks = re.split(r"^@@.*\n", block, flags=re.MULTILINE)
    path = folder / head.splitlines()[-1].removeprefix("+++ ")
    text = path.read_text(encoding="utf-8")
    for hunk in hunks:
        lines = hunk.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        if text.count(old) != 1:
            raise ValueError(f"{path.name} has {text.count(old)} times:\n{old}")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def up_to_date(name: str) -> str:
    """The text of a guide as it is to be, made in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for file in GUIDES[name]:
            shutil.copy(ROOT / file, folder)
        return rewritten((ROOT / name).read_text(encoding="utf-8"), Path(folder))


def main() -> None:
    """Bring every guide up to date."""
    for name in GUIDES:
        (ROOT / name).write_text(up_to_date(name), encoding="utf-8")


if __name__ == "__main__":
    main()
