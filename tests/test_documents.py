"""The documents agree with the tree: files, commands, recorded tables."""

import ast
import re
from pathlib import Path

import pytest

from vtsc.cli import main

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("model", "properties", "vtsc", "tests", "bench", "counterexamples")


def python_files() -> set[str]:
    """Every Python file of the project."""
    found = (p.relative_to(ROOT).as_posix() for f in FOLDERS for p in (ROOT / f).rglob("*.py"))
    return {p for p in found if "_bundled" not in p}


def test_architecture_names_every_file_with_its_reason():
    """One line a file, and the line is the file's own first sentence."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([^`]+\.py)` \| (.*) \|$", text, re.M))
    assert rows.keys() == python_files()
    for name, reason in rows.items():
        docstring = ast.get_docstring(ast.parse((ROOT / name).read_text(encoding="utf-8"))) or ""
        assert " ".join(docstring.split("\n\n")[0].split()) == reason, name


def test_architecture_points_at_files_that_exist():
    """Paths in running text exist."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:vtsc|model|properties)/[\w./]+)`", text):
        assert (ROOT / path).exists(), path


def test_the_readme_trace_is_what_the_command_prints(capsys, monkeypatch):
    """The example in the README is the tool's own output."""
    monkeypatch.chdir(ROOT)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command, shown = re.search(
        r"```\n\.venv/bin/vtsc ([^\n]*)\n```\n[^`]*```\n(.*?)```", text, re.S
    ).groups()
    assert main(command.split()) == 10
    assert shown in capsys.readouterr().out


def test_readme_lists_every_host_and_exit_status():
    """The tables are complete."""
    from model import MODEL
    from vtsc.errors import Exit

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for host in MODEL.hosts:
        assert f"`{host}`" in text
    for status in Exit:
        assert re.search(rf"\| {int(status)} \|", text), status


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda p: p.stem)
def test_every_adr_has_the_five_parts(path):
    """In the context of, facing, we decided, to achieve, accepting."""
    text = path.read_text(encoding="utf-8").lower()
    for part in ("in the context of", "facing", "we decided", "to achieve", "accepting"):
        assert part in text, part
