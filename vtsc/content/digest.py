"""The digest of source files: it tells whether two copies of a model are the same program.

It is taken over the tokens of each file, comments and docstrings left out, so it changes with the program
and with nothing else. It does not depend on the version of Python, on the platform or on line ends.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

LENGTH = 16
"""The number of hex digits of the SHA-256 that are kept."""

TOKEN = re.compile(
    r"""
      (?P<string>(?i:[rbuf]{0,2})
        (?: \"{3}(?:[^\\]|\\.)*?\"{3} | '{3}(?:[^\\]|\\.)*?'{3}
          | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' ))
    | (?P<left_out> \#[^\n]* | \\\n | [ \t\f]+ )
    | (?P<newline> \n )
    | (?P<opening> [(\[{] )
    | (?P<closing> [)\]}] )
    | (?P<other> \w+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
"""The tokens of Python as far as they matter here: operators come as single characters."""
RUNNING = ("f", "F")
"""A string with one of these in its prefix is evaluated, so it is no docstring."""


def digest(root: Path, package: str = "model") -> str:
    """The digest of a package below ``root``: of the tokens of its files, and of their names."""
    sha = hashlib.sha256()
    for path in sorted((root / package).rglob("*.py")):
        sha.update(path.relative_to(root).as_posix().encode() + b"\0")
        for line in statements(path.read_text(encoding="utf-8")):
            sha.update("\0".join(line).encode() + b"\n")
    return sha.hexdigest()[:LENGTH]


def texts(root: Path, packages: Sequence[str], own: Sequence[tuple[str, bytes]] = ()) -> str:
    """The digest of the bytes of every file of some packages, and of further files with a name each."""
    sha = hashlib.sha256()
    paths = [path for name in packages for path in sorted((root / name).rglob("*.py"))]
    files = [(path.relative_to(root).as_posix(), path.read_bytes()) for path in paths]
    for name, text in (*files, *own):
        sha.update(f"{name}\0{len(text)}\0".encode() + text)
    return sha.hexdigest()


def combined(shipped: str, own: bytes) -> str:
    """The digest of a model with one more file, whose text is ``own``."""
    sha = hashlib.sha256(shipped.encode() + b"\0")
    for line in statements(own.decode(encoding="utf-8", errors="replace")):
        sha.update("\0".join(line).encode() + b"\n")
    return sha.hexdigest()[:LENGTH]


def statements(text: str) -> Iterator[list[str]]:
    """The logical lines of a source as tokens, the indentation first; docstrings are left out.

    A docstring is any string that stands alone as a statement, also one below the field of a class.
    """
    line: list[str] = []
    indentation, depth, only_string = "", 0, False
    for match in TOKEN.finditer(text + "\n"):
        kind, token = match.lastgroup, match.group()
        if kind == "newline":
            if line and not depth:
                if not only_string:
                    yield [indentation, *line]
                line = []
            if not line:
                indentation = ""
        elif kind == "left_out":
            if not line and not depth and token.isspace():
                indentation = token
        else:
            only_string = kind == "string" and not line and not _evaluated(token)
            line.append(token)
            depth += (kind == "opening") - (kind == "closing")


def _evaluated(string: str) -> bool:
    """Whether a string literal is a formatted one."""
    prefix = string[: min(string.index(q) for q in "\"'" if q in string)]
    return any(letter in prefix for letter in RUNNING)
