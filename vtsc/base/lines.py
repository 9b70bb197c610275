"""Records which source lines run, and which of them changed something."""

import ast
import linecache
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

Line = tuple[str, int]
"""A source line: file name and number from 1."""


class LineRecorder:
    """Collects the lines executed in files that ``wanted`` accepts, in order of first execution.

    `acting` is the last of them after which the first of the ``watches`` had changed, or else the
    second, and so on; the last of all where none changed.
    """

    def __init__(
        self, wanted: Callable[[str], bool], watches: Sequence[Callable[[], object]] = ()
    ) -> None:
        self._wanted = wanted
        self._watches = watches
        self._lines: dict[Line, None] = {}
        self._seen: list[object] = []
        self._latest: Line | None = None
        self._changers: list[Line | None] = [None] * len(watches)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines executed so far."""
        return tuple(self._lines)

    @property
    def acting(self) -> Line | None:
        """The line that acted, as the class describes it; None where no line was executed."""
        return next((line for line in self._changers if line is not None), self._latest)

    def __enter__(self) -> "LineRecorder":
        self._seen = [watch() for watch in self._watches]
        self._before = sys.gettrace()
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _call(self, frame: FrameType, event: str, arg: Any) -> Any:
        return self._line if self._wanted(frame.f_code.co_filename) else None

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:
        self._note_change()
        if event == "line":
            self._latest = (frame.f_code.co_filename, frame.f_lineno)
            self._lines.setdefault(self._latest)
        return self._line

    def _note_change(self) -> None:
        for i, watch in enumerate(self._watches):
            now = watch()
            if now != self._seen[i]:
                self._seen[i] = now
                self._changers[i] = self._latest


def calling(package: str) -> tuple[Line, ...]:
    """The lines that are being executed, outermost first, outside of ``package``."""
    return _executed(package, most=sys.maxsize)[::-1]


def called_from(package: str) -> tuple[Line, ...]:
    """The innermost of these lines, if there is one."""
    return _executed(package, most=1)


def _executed(package: str, most: int) -> tuple[Line, ...]:
    """The innermost lines that are being executed outside of ``package``, innermost first."""
    found: list[Line] = []
    within = f"{package}."
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and len(found) < most:
        name = str(frame.f_globals.get("__name__"))
        if not name.startswith(within) and name != package:
            found.append((frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return tuple(found)


def nothing_wanted(_file: str) -> bool:
    """Record no lines."""
    return False


def text_of(file: str) -> list[str]:
    """The lines of a source file as it is now: one of the user's own may change while it is watched."""
    linecache.checkcache(file)
    return linecache.getlines(file)


def in_a_loop(line: Line) -> bool:
    """Whether a source line is inside a `for` or `while` statement, as far as its file can be read."""
    file, number = line
    try:
        tree = ast.parse("".join(text_of(file)))
    except SyntaxError:
        return False
    loops = (node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While))
    return any(loop.lineno <= number <= (loop.end_lineno or 0) for loop in loops)
