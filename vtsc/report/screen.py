"""Output to the user's screen: how wide it is; results go to standard output, warnings to standard error."""

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TextIO

from vtsc.base.files import write_whole

WIDTH = 80
"""The number of columns where standard output is no terminal."""
NARROWEST = 60
"""The least number of columns that texts are made for."""
_fixed: ContextVar[int | None] = ContextVar("columns", default=None)
_unread: set[int] = set()
"""The streams that `discard` has led away, by their numbers."""


class _Aside:
    """Stands for standard output while content runs: what content prints goes to standard error.

    It is no `io.TextIOBase`, which flushes once more when it is collected, and hides what goes wrong then.
    """

    encoding = "utf-8"

    def __init__(self, screen: TextIO | None) -> None:
        self.screen = screen
        """The standard output that results go to."""

    def write(self, text: str) -> int:
        """Print a text aside."""
        _written(sys.stderr, text)
        return len(text)

    def flush(self) -> None:
        """Write the part of the results that is still to be written."""
        flush(self.screen)

    def isatty(self) -> bool:
        """Whether what is printed aside is seen on a terminal."""
        return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def results_alone() -> Iterator[None]:
    """A context in which standard output has only what `say` prints; all else goes to standard error."""
    before = sys.stdout
    sys.stdout = _Aside(_screen())  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.stdout = before


def _screen() -> TextIO | None:
    screen: TextIO | None = getattr(sys.stdout, "screen", sys.stdout)
    return screen


@contextmanager
def columns(number: int = WIDTH) -> Iterator[None]:
    """A context for texts that do not go to the screen: they have so many columns, and no colour."""
    before = _fixed.set(number)
    try:
        yield
    finally:
        _fixed.reset(before)


def terminal() -> bool:
    """Whether texts that are made now are for a terminal."""
    screen = _screen()
    return _fixed.get() is None and screen is not None and screen.isatty()


def width() -> int:
    """The number of columns for texts that are made now: those of the terminal, where there is one."""
    fixed = _fixed.get()
    if fixed is not None or not terminal():
        return WIDTH if fixed is None else fixed
    return max(NARROWEST, _terminals_columns())


def _terminals_columns() -> int:
    """The number of columns that a terminal has, by its environment or its driver."""
    asked = os.environ.get("COLUMNS", "")
    try:
        found = int(asked) if asked else os.get_terminal_size(_screen().fileno()).columns  # type: ignore[union-attr]
    except (OSError, ValueError):
        found = 0
    return found if found > 0 else WIDTH


def say(what: Any) -> None:
    """Print a text as it is, or a rich renderable: without colour where this is not a terminal.

    Nothing is printed where nobody reads standard output any more. What is printed has left this process
    when the function returns: a process that is forked then has no share in it, nor in its failure.
    """
    text = f"{what}\n" if isinstance(what, str) else rendered(what)
    screen = _screen()
    if screen is None:
        return
    try:
        screen.write(text)
        screen.flush()
    except BrokenPipeError:
        discard(screen)


def put(text: str, path: str | None) -> None:
    """Write a report to the file at ``path``, as a whole or not at all, or print it where there is none."""
    if path:
        write_whole(Path(path), text)
    else:
        say(text.rstrip("\n"))


def complain(text: str) -> None:
    """Print a line on standard error, if anybody reads it."""
    _written(sys.stderr, f"{text}\n")


def _written(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        discard(stream)


def flush(stream: TextIO | None) -> None:
    """Write what is still to be written; raises `OSError`, once only, where that is not possible.

    For a pipe that nobody reads any more, no error is raised.
    """
    if stream is None:
        return
    try:
        stream.flush()
    except OSError as error:
        discard(stream)
        if not isinstance(error, BrokenPipeError):
            raise


def is_read(stream: Any) -> bool:
    """Whether somebody may still read what is written to a stream: not so for a pipe whose reader is gone."""
    try:
        number = getattr(stream, "screen", stream).fileno()
    except (AttributeError, OSError, ValueError):
        return True
    if number in _unread or not hasattr(select, "poll"):
        return number not in _unread
    poll = select.poll()
    poll.register(number, 0)
    return not any(event & select.POLLERR for _, event in poll.poll(0))


def discard(stream: TextIO) -> None:
    """Discard what is still to be written to a stream, since writing it would fail once more at exit."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return
    _unread.add(number)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def rendered(what: Any) -> str:
    """A rich renderable as text, as wide as it needs to be, and without colour where this is no terminal."""
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(
        width=width(),
        no_color=not terminal() or bool(os.environ.get("NO_COLOR")),
        force_terminal=terminal(),
        highlight=False,
        markup=False,
    )
    unlimited = console.options.update(width=sys.maxsize)
    console.width = max(width(), Measurement.get(console, unlimited, what).maximum)
    with console.capture() as capture:
        console.print(what)
    lines = capture.get().splitlines()
    return "".join(line.rstrip() + "\n" for line in lines)


def warn(text: str) -> None:
    """Print a warning in one line."""
    complain(f"vtsc: warning: {text}")
