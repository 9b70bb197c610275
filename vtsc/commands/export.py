"""``vtsc export FILE --format NAME``: write a saved run in a format that other programs read."""

import argparse
from pathlib import Path

from vtsc.base.errors import BadFileError, Exit
from vtsc.base.files import check_writable
from vtsc.commands.options import add_design
from vtsc.commands.replay import of_model, replayed
from vtsc.report.exports import FORMATS, written
from vtsc.report.exports.shown import Shown
from vtsc.report.screen import put


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file, the format and the output to a parser."""
    back = ", ".join(name for name, kind in FORMATS.items() if kind.back)
    parser.epilog = f"vtsc import reads these back: {back}."
    parser.add_argument("file", metavar="FILE", help="a saved run")
    parser.add_argument("--format", choices=tuple(FORMATS), required=True)
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    add_design(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 when the run is written.

    Raises `BadFileError` when the file is not a trace of this model, or no longer shows what it did.
    """
    if arguments.output:
        check_writable(Path(arguments.output))
    case, trace, played = replayed(arguments)
    if played.hit_at is None:
        raise BadFileError(f"{arguments.file}: the run no longer shows {trace.property}")
    try:
        text = written(arguments.format, Shown(case, trace, played))
    except Exception as error:  # the timeline of a model may do anything
        raise of_model(case.content, error) from None
    put(text, arguments.output)
    return Exit.OK
