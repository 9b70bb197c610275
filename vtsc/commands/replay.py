"""``vtsc replay FILE``: re-execute a saved counterexample or witness from its inputs alone."""

import argparse
from pathlib import Path

from vtsc.base.errors import BadFileError, Exit, VtscError
from vtsc.content.case import Case
from vtsc.content.content import model_error
from vtsc.content.loader import load
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import Trace, load_trace
from vtsc.native.interpreter import Run
from vtsc.report.screen import say, warn

REPLAYED = (
    "exit status: 10 still violates, 0 no longer does, 3 not a trace of this model; "
    "of a witness: 0 still reached, 11 no longer"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and how it is replayed."""
    parser.epilog = REPLAYED
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--inputs", action="store_true", help="compare no states: see what calls and inputs do here"
    )


def run(arguments: argparse.Namespace) -> Exit:
    """10: still violates; 0: no longer; `BadFileError` when it is not a trace of this model.

    Of a witness, which is there to reach something, 0: it does; 11: no longer.
    """
    case, trace, played = replayed(arguments, states=not arguments.inputs)
    at = played.hit_at
    head = f"{trace.design} {trace.host} {trace.property}: {len(trace.steps)} steps replayed"
    if trace.property not in case.content.properties:
        say(f"{head}, no longer reached" if at is None else f"{head}, REACHED({at})")
        return Exit.VACUOUS if at is None else Exit.OK
    say(f"{head}, no longer violated" if at is None else f"{head}, VIOLATED({at})")
    return Exit.OK if at is None else Exit.VIOLATED


def replayed(arguments: argparse.Namespace, states: bool = True) -> tuple[Case, Trace, Run]:
    """The trace in the file that was named, played again; warns where the model is not its own.

    ``states``: compare them with those of the file.

    Raises `BadFileError` naming the file where it is not a trace of this model.
    """
    trace = load_trace(Path(arguments.file))
    content = load(arguments.root)
    try:
        case = case_of(content, trace)
        played = replay(case, trace, states=states)
    except BadFileError as error:
        raise BadFileError(f"{arguments.file}: {error}") from None
    except VtscError:
        raise
    except Exception as error:  # a model may do anything
        named = model_error(content, error)
        raise (named if isinstance(named, VtscError) else error) from None
    if trace.model_digest != content.digest:
        warn(f"{arguments.file} was made with model {trace.model_digest}, this is {content.digest}")
    return case, trace, played
