"""Where reports go: each of the formats that are asked for to a file, or one of them to standard output."""

import argparse
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from vtsc.base.errors import UsageError
from vtsc.base.files import check_writable
from vtsc.report.screen import columns, put

TEXT = "text"
"""The format in which people are told, unless they ask for another one."""


@dataclass(frozen=True)
class Output:
    """A format, and the file that it goes to; None for standard output."""

    format: str
    file: str | None


def outputs(
    arguments: argparse.Namespace, check: Callable[[str], None], default: str | None = TEXT
) -> list[Output]:
    """The outputs that ``--format NAME[=FILE]`` and ``-o FILE`` ask for; raises `UsageError` for a mistake.

    A format without a file goes to that of ``-o``, or to standard output. Where each has a file, the
    ``default`` goes there, if there is one. ``check`` raises for a name that is no format.
    """
    asked = [_output(text) for text in arguments.format or ()]
    for each in asked:
        check(each.format)
    there = [each for each in asked if each.file is None]
    if len(there) > 1:
        both = " and ".join(each.format for each in there)
        raise UsageError(f"--format: {both} have no file of their own: write NAME=FILE")
    if not there and default is not None:
        asked.append(Output(default, None))
    found = [Output(each.format, each.file or arguments.output or None) for each in asked]
    files = [os.path.abspath(each.file) for each in found if each.file is not None]
    for file in files:
        if files.count(file) > 1 and not _is_special(file):
            raise UsageError(f"--format: two reports go to {file}")
        check_writable(Path(file))
    return found


def _output(text: str) -> Output:
    name, sign, file = text.partition("=")
    if sign and not file:
        raise UsageError(f"--format {text}: expected the name of a file after =")
    return Output(name, file or None)


def _is_special(file: str) -> bool:
    return os.path.exists(file) and not os.path.isfile(file)


def one_of(known: Collection[str]) -> Callable[[str], None]:
    """A check that raises `UsageError` for a name that is none of those known."""

    def check(name: str) -> None:
        if name not in known:
            raise UsageError(f"--format {name}: accepted is {' | '.join(known)}")

    return check


def deliver(found: Sequence[Output], write: Callable[[str], str]) -> None:
    """Write each output, whose text ``write`` makes of its format; what goes to the screen comes last.

    Raises the first error once all others are written.
    """
    failed: UsageError | None = None
    for each in sorted(found, key=lambda each: each.file is None):
        try:
            with nullcontext() if each.file is None else columns():
                put(write(each.format), each.file)
        except UsageError as error:
            failed = failed or error
    if failed is not None:
        raise failed
