"""``vtsc import FILE``: make a trace file of an exported run again, by executing it from its inputs."""

import argparse
from pathlib import Path

from vtsc.base.errors import BadFileError, Exit
from vtsc.base.files import check_writable
from vtsc.commands.options import add_design
from vtsc.commands.replay import played
from vtsc.evidence.replay import executed
from vtsc.evidence.trace import Trace, parse_trace
from vtsc.report.exports import FORMATS, Unreadable, read
from vtsc.report.screen import put


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file and the output to a parser."""
    back = ", ".join(name for name, kind in FORMATS.items() if kind.back)
    parser.add_argument("file", metavar="FILE", help=f"an exported run: {back}")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    add_design(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 when the trace is written, whose states are those of the run as it is executed here.

    Raises `BadFileError` when the file is no exported run of this model, or shows other states.
    """
    if arguments.output:
        check_writable(Path(arguments.output))
    trace = _trace(Path(arguments.file))
    case, again = played(arguments, trace)
    if again.hit_at is None:
        raise BadFileError(f"{arguments.file}: the run no longer shows {trace.property}")
    put(executed(case, trace, again).text(), arguments.output)
    return Exit.OK


def _trace(path: Path) -> Trace:
    """The trace that a file keeps, as it says; raises `BadFileError` where it keeps none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise BadFileError(f"{path}: not a text: {error}") from None
    try:
        found = read(text)
    except Unreadable as error:
        raise BadFileError(f"{path}: {error}") from None
    return parse_trace(found, path)
