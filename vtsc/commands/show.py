"""``vtsc show FILE``: pretty-print a saved counterexample, replaying it on the way."""

import argparse
from pathlib import Path

from vtsc.errors import BadFileError, Exit
from vtsc.loader import load
from vtsc.replay import explain, replay
from vtsc.report.counterexample import counterexample
from vtsc.report.notes import say, warn
from vtsc.trace import load_trace


def run(arguments: argparse.Namespace) -> Exit:
    """0 when shown; `BadFileError` when it is not a trace of this model or violates nothing."""
    trace = load_trace(Path(arguments.file))
    content = load(arguments.root)
    played = replay(content, trace)
    if played.violated_at is None:
        raise BadFileError(f"{arguments.file}: {trace.property} is no longer violated")
    if trace.model_digest != content.digest:
        warn(f"{arguments.file} was made with model {trace.model_digest}, this is {content.digest}")
    say(counterexample(content, trace, explain(content, trace, played)))
    return Exit.OK
