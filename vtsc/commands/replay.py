"""``vtsc replay FILE``: re-execute a saved counterexample from its inputs alone."""

import argparse
from pathlib import Path

from vtsc.errors import Exit
from vtsc.loader import load
from vtsc.replay import replay
from vtsc.report.notes import say, warn
from vtsc.trace import load_trace


def run(arguments: argparse.Namespace) -> Exit:
    """10: still violates; 0: no longer; `BadFileError` when it is not a trace of this model."""
    trace = load_trace(Path(arguments.file))
    content = load(arguments.root)
    at = replay(content, trace).violated_at
    if trace.model_digest != content.digest:
        warn(f"{arguments.file} was made with model {trace.model_digest}, this is {content.digest}")
    cell = f"{trace.design} {trace.host} {trace.property}"
    if at is None:
        say(f"{cell}: {len(trace.steps)} steps replayed, no longer violated")
        return Exit.OK
    say(f"{cell}: {len(trace.steps)} steps replayed, VIOLATED({at})")
    return Exit.VIOLATED
