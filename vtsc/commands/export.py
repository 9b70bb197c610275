"""``vtsc export FILE --format NAME``: write a saved run in a format that other programs read."""

import argparse

from vtsc.base.errors import BadFileError, Exit, UsageError
from vtsc.commands.options import add_design, add_formats
from vtsc.commands.replay import of_model, replayed
from vtsc.report.exports import FORMATS, written
from vtsc.report.exports.shown import Shown
from vtsc.report.outputs import deliver, one_of, outputs


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file, the format and the output to a parser."""
    back = ", ".join(name for name, kind in FORMATS.items() if kind.back)
    parser.epilog = f"vtsc import reads these back: {back}."
    parser.add_argument("file", metavar="FILE", help="a saved run")
    add_formats(parser, [*FORMATS])
    add_design(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 when the run is written.

    Raises `BadFileError` when the file is not a trace of this model, or no longer shows what it did.
    """
    if not arguments.format:
        raise UsageError(f"--format is missing: accepted is {' | '.join(FORMATS)}")
    asked_for = outputs(arguments, one_of(FORMATS), default=None)
    case, trace, played = replayed(arguments)
    if played.hit_at is None:
        raise BadFileError(f"{arguments.file}: the run no longer shows {trace.property}")
    try:
        texts = {x.format: written(x.format, Shown(case, trace, played)) for x in asked_for}
    except Exception as error:  # the timeline of a model may do anything
        raise of_model(case.content, error) from None
    deliver(asked_for, lambda name: texts[name])
    return Exit.OK
