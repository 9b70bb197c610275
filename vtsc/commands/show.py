"""``vtsc show FILE``: pretty-print a saved counterexample, replaying it on the way."""

import argparse

from vtsc.commands.replay import replayed
from vtsc.errors import BadFileError, Exit
from vtsc.replay import explain
from vtsc.report.counterexample import counterexample
from vtsc.report.notes import say


def run(arguments: argparse.Namespace) -> Exit:
    """0 when shown; `BadFileError` when it is not a trace of this model or violates nothing."""
    content, trace, played = replayed(arguments)
    if played.violated_at is None:
        raise BadFileError(f"{arguments.file}: {trace.property} is no longer violated")
    say(counterexample(content, trace, explain(content, trace, played)))
    return Exit.OK
