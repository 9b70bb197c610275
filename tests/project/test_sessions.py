"""The tutorial and the page about lemmas: each command does what the page says, word for word."""

import re
import shlex
import textwrap
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tools.sessions import BLOCK, GUIDES, commands, edit, matches, rewritten, run, up_to_date


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("name", ["docs/tutorial.md", "docs/lemmas.md"])
def test_outputs_are_those_of_the_commands(name):
    """All blocks in order, in a folder of their own, by the installed command."""
    assert name in GUIDES
    assert up_to_date(name) == (ROOT / name).read_text(encoding="utf-8")


def test_the_readme_and_the_tutorial_lead_there():
    """A newcomer finds the tutorial in the README, and the page about lemmas in the tutorial."""
    assert "(docs/tutorial.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    tutorial = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    assert re.search(r"\(lemmas\.md\)", tutorial)


def test_the_first_answer_takes_three_commands():
    """Before the first verdict on an edited line: a file, an edit, a question."""
    text = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    asked = [c for kind, block in blocks if kind == "console" for c, _ in commands(block)]
    assert asked[0].startswith("vtsc new ") and asked[1].startswith("vtsc verify ")


def test_the_installation_is_a_target():
    """The one command that is not run here exists."""
    text = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    (target,) = re.findall(r"^make (\S+)$", text, flags=re.MULTILINE)
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.slow
def test_code_that_is_shown_is_that_of_the_files(tmp_path):
    """What the pages show of a design stands in the file, and what they show of `Lemma` can be added."""
    noted, page = text_of("examples/noted.py"), text_of("docs/lemmas.md")
    shown = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    for part in shown[0].split("\n\n"):
        assert plain(part) in plain(noted)
    before = "    vcpu_fields"
    text = noted.replace(before, textwrap.indent(textwrap.dedent(shown[1]), "    ") + before)
    (tmp_path / "noted.py").write_text(text.replace("import word", "import Lemma, word"))
    status, printed = run("vtsc list --design noted.py", tmp_path, 0)
    assert status == 0 and "noted: " in printed
    (code,) = re.findall(r"^```python\n(.*?)^```$", text_of("docs/tutorial.md"), re.M | re.S)
    assert plain(code) in plain(text_of("model/designs/patch25.py"))


def plain(code: str) -> str:
    """Lines of code without their indentation and without empty ones."""
    return "".join(f"{line.strip()}\n" for line in code.splitlines() if line.strip())


def text_of(name: str) -> str:
    """The text of a guide."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "b\n", False),
        ("...\nb\n", "a\na\nb\n", True),
        ("...\nb\n", "b\n", True),
        ("...\nb\n", "b\nc\n", False),
        ("a\n...\n", "a", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_matching(shown, printed, same):
    """Dots stand for any lines, and for nothing else."""
    assert matches(shown, printed) is same


def test_another_output_is_written_into_the_guide(tmp_path):
    """Of a block that is no longer right; the exit status before is known, and edits are made."""
    text = "```console\n$ echo a\nb\n$ exit 3\n$ echo $?\n3\n```\n"
    assert rewritten(text, tmp_path) == text.replace("\nb\n", "\na\n")
    (tmp_path / "f").write_text("one\ntwo\n", encoding="utf-8")
    edit(tmp_path, "+++ f\n@@\n one\n-two\n+three\n")
    assert (tmp_path / "f").read_text(encoding="utf-8") == "one\nthree\n"
    with pytest.raises(ValueError, match="f has 0 times"):
        edit(tmp_path, "+++ f\n@@\n-two\n")


def test_commands_of_the_guides_are_of_this_tool():
    """None of them reaches out of its folder."""
    for name in GUIDES:
        for kind, block in BLOCK.findall(text_of(name)):
            for command, _ in commands(block) if kind == "console" else ():
                first = shlex.split(command)[0]
                assert first in ("vtsc", "echo") and not Path(command.split()[-1]).is_absolute()
