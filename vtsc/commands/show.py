"""``vtsc show FILE``: pretty-print a saved counterexample or witness, replaying it on the way."""

import argparse

from vtsc.base.errors import BadFileError, Exit
from vtsc.commands.replay import replayed
from vtsc.evidence.replay import replay
from vtsc.report.screen import say
from vtsc.report.text.counterexample import counterexample


def run(arguments: argparse.Namespace) -> Exit:
    """0 when shown; `BadFileError` when it is not a trace of this model or no longer shows anything."""
    case, trace, played = replayed(arguments)
    content = case.content
    if played.hit_at is None:
        done = "violated" if trace.property in content.properties else "reached"
        raise BadFileError(f"{arguments.file}: {trace.property} is no longer {done}")
    say(counterexample(content, trace, replay(case, trace, explain=played.observed)))
    return Exit.OK
