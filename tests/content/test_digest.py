"""The digest of sources: comments and docstrings do not change it, any change of the program does."""

import io
import shutil
import tokenize
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError
from vtsc.content import loader
from vtsc.content.digest import digest, statements
from vtsc.content.loader import PACKAGES, find_root


def test_the_bundled_root_can_be_named(tmp_path, monkeypatch):
    """It has no pyproject.toml, and is loaded again by its path, as for the variants of ``vtsc why``."""
    with pytest.raises(BadFileError, match="no pyproject"):
        find_root(str(tmp_path))
    monkeypatch.setattr(loader, "BUNDLED", tmp_path)
    assert find_root(str(tmp_path)) == tmp_path


SOURCE = '''"""A module."""

from model import x  # why not


class Thing(Base):
    """A thing."""

    size: int = 1
    """How large it is."""
    names = (
        "alone on its line"
        "and yet no docstring",
    )

    def grow(self, by: int) -> str:
        """Grow."""
        self.size += by << 2
        f"{self.note(by)}"
        return f"# {self.size}"
'''
LEFT = """from model import x
class Thing(Base):
    size: int = 1
    names = ("alone on its line" "and yet no docstring",)

    def grow(self, by: int) -> str:
        self.size += by \\
            << 2  # twice
        f"{self.note(by)}"
        return f"# {self.size}"
"""


def tokens(text: str) -> list[str]:
    """A program's tokens as Python's own tokenizer has them: comments and what is not visible left out."""
    starts = {getattr(tokenize, "FSTRING_START", -1)}
    ends = {getattr(tokenize, "FSTRING_END", -1)}
    lines = text.splitlines(keepends=True)
    found, open_at = [], []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in starts:
            open_at.append(token.start)
        elif token.type in ends:
            (first, column), (last, end) = open_at.pop(), token.end
            whole = [*lines[first - 1 : last]]
            whole[-1] = whole[-1][:end]
            whole[0] = whole[0][column:]
            found += ["".join(whole)] * (not open_at)
        elif not open_at and token.type != tokenize.COMMENT and token.string.strip():
            found.append(token.string)
    return found


def test_comments_and_docstrings_are_left_out():
    """So are line breaks inside brackets; an evaluated string stays, wherever it stands."""
    assert list(statements(SOURCE)) == list(statements(LEFT))
    assert "".join(map("".join, statements(SOURCE))).count("note") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<< 2", "<< 3"),
        ("+=", "-="),
        ("alone on", "alone  on"),
        ("        return f", "    return f"),
        ('f"{self.note(by)}"', '"{self.note(by)}"'),
        ('return f"# {', 'return f"#{'),
        ("size: int = 1", "size: int = (1)"),
        ("def grow", "async def grow"),
    ],
)
def test_a_changed_program_is_told(old, new):
    """One number, operator, text, indentation, prefix or word."""
    assert old in SOURCE
    assert list(statements(SOURCE.replace(old, new))) != list(statements(SOURCE))


@pytest.mark.slow
def test_no_token_is_lost():
    """On every file of the project: Python's tokenizer finds the same text, but for docstrings."""
    for path in sorted([*(ROOT / "vtsc").rglob("*.py"), *(ROOT / "model").rglob("*.py")]):
        text = path.read_text(encoding="utf-8")
        found = ["".join(line[1:]) for line in statements(text)]
        whole = "".join(found)
        rest = iter("".join(map("".join, (t.split() for t in tokens(text)))))
        assert all(c in rest for c in "".join(whole.split())), path
        kept = {t for t in tokens(text) if t[0] not in "rbuRBU\"'"}
        assert [t for t in kept if "".join(t.split()) not in "".join(whole.split())] == [], path


def test_a_copy_with_other_comments_has_the_same_digest(tmp_path):
    """A comment and a docstring in each file change nothing; a renamed file does, and so does a rule."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    before = digest(tmp_path)
    assert before == digest(ROOT)
    for path in (tmp_path / "model").rglob("*.py"):
        text = path.read_text(encoding="utf-8").replace('"""', '""" Indeed:', 1)
        path.write_text(f"# A comment.\n\n{text}\n# Another one.", encoding="utf-8")
    assert digest(tmp_path) == before
    rule = tmp_path / "model" / "designs" / "patch25.py"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("return", "pass; return", 1), encoding="utf-8")
    assert digest(tmp_path) != before
    rule.write_text(text, encoding="utf-8")
    assert digest(tmp_path) == before
    renamed: Path = rule.with_name("patch.py")
    rule.rename(renamed)
    assert digest(tmp_path) != before


def test_each_package_has_its_own(tmp_path):
    """The properties are no part of the model's digest."""
    assert digest(ROOT, "properties") != digest(ROOT)
