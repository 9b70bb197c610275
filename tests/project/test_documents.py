"""The documents agree with the tree: files, commands, tables."""

import re

import pytest

from model import MODEL
from tests.support.paths import ROOT
from vtsc.cli import main
from vtsc.commands import COMMANDS


@pytest.mark.slow
def test_the_readme_trace_is_what_the_command_prints(capsys, monkeypatch):
    """The example in the README is the tool's own output."""
    monkeypatch.chdir(ROOT)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command, shown = re.search(
        r"```\n\.venv/bin/vtsc ([^\n]*)\n```\n[^`]*```\n(.*?)```", text, re.S
    ).groups()
    assert main(command.split()) == 10
    assert shown in capsys.readouterr().out


def test_the_mail_in_the_documents_is_what_the_command_prints(capsys, monkeypatch):
    """The block for a patch mail, but for the digest of the model, which changes with it."""
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs/reports.md").read_text(encoding="utf-8")
    command, shown = re.search(
        r"```\n\.venv/bin/vtsc (show [^\n]* --mail)\n```\n\n```\n(.*?)```", text, re.S
    ).groups()
    assert main(command.split()) == 0
    digest = re.compile(r"checkout \w{16}")
    printed = capsys.readouterr().out
    assert digest.sub("checkout DIGEST", shown) == digest.sub("checkout DIGEST", printed)


def test_readme_lists_every_host_and_exit_status():
    """The tables are complete."""
    from vtsc.base.errors import Exit

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for host in MODEL.hosts:
        assert f"`{host}`" in text
    for status in Exit:
        assert re.search(rf"\| {int(status)} \|", text), status


@pytest.mark.parametrize("name", [*COMMANDS, *(name for name, *_ in MODEL.commands)])
def test_commands_and_options_are_documented(name, capsys):
    """Each command is in docs/commands.md, and each of its options on some page."""
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    said = "\n".join(path.read_text(encoding="utf-8") for path in documents)
    assert f"vtsc {name}" in (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    with pytest.raises(SystemExit):
        main([name, "--help", "--root", str(ROOT)])
    options = re.findall(r"^  (-.*?)(?:  |\n)", capsys.readouterr().out, re.M)
    names = {line: re.findall(r"(?<![\w-])--?[a-z-]+", line) for line in options}
    assert len(names) > 2
    del names["-h, --help"]
    assert [
        x for x in names if not any(re.search(rf"(?<![\w-]){n}\b", said) for n in names[x])
    ] == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda p: p.stem)
def test_every_adr_has_the_five_parts(path):
    """In the context of, facing, we decided, to achieve, accepting."""
    text = path.read_text(encoding="utf-8").lower()
    for part in ("in the context of", "facing", "we decided", "to achieve", "accepting"):
        assert part in text, part
