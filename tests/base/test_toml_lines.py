"""Lines of TOML files: what begins in a line is told from what goes on there."""

import tomllib
from pathlib import Path

import pytest

from vtsc.base.toml_lines import TomlFile

ROOT = Path(__file__).parents[2]
TEXTS = {
    "a text of several lines": 'a = """\n[[check]]\n\\"""\n"""\n[[check]]\n',
    "quotes at its end": 'a = """x"""""\n[[check]]\nb = \'\'\'\n[[check]]\n\'\'\'\'\n[[check]]\n',
    "a list": "a = [\n[[1]],\n]\n[b]\nc = [[1],\n\n[2]]\nd = 1\n",
    "signs in texts and comments": 'a = "[" # [ \' "\n\'b#]\' = \']\'\nc = "\\"[" # """\n[[check]]\n',
    "other ends of lines": 'a = "x\u2028[y"\r\n# z\r\n[[check]]\r\n\r\n[b]',
}


def begins(text: str, line: int) -> bool:
    """Whether the lines above are a document of their own."""
    try:
        tomllib.loads("".join(text.splitlines(keepends=True)[: line - 1]))
    except tomllib.TOMLDecodeError:
        return False
    return True


@pytest.mark.parametrize("name", [*TEXTS, "checks.toml", "pyproject.toml"])
def test_lines_in_which_something_begins(tmp_path, name):
    """They are those above which a parser of TOML could stop."""
    path = ROOT / name
    if name in TEXTS:
        path = tmp_path / "file.toml"
        path.write_text(TEXTS[name], encoding="utf-8", newline="")
    file = TomlFile(path, "file")
    inside = range(1, len(file.text.splitlines()) + 1)
    expected = {line for line in inside if begins(file.text, line)}
    assert file._beginnings & set(inside) == expected
