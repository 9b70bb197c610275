"""``vtsc replay FILE``: execute a saved trace again, from its inputs alone."""

import argparse
from pathlib import Path

from vtsc.base.errors import BadFileError, Exit, VtscError
from vtsc.commands.options import add_design
from vtsc.content.case import Case
from vtsc.content.content import model_error
from vtsc.content.loader import load
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import Trace, load_trace
from vtsc.native.interpreter import Run
from vtsc.report.screen import say, warn
from vtsc.report.text.wrapping import folded

REPLAYED = (
    "exit status: 10 still violates, 0 no longer does, 3 not a trace of this model; "
    "of a witness: 0 still reached, 11 no longer"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file, and the options of the replay, to a parser."""
    parser.epilog = REPLAYED
    parser.add_argument("file", metavar="FILE")
    add_design(parser)
    parser.add_argument(
        "--inputs", action="store_true", help="compare no states: see what calls and inputs do here"
    )


def run(arguments: argparse.Namespace) -> Exit:
    """Return 10 if the trace still violates its property, 0 if it no longer does.

    For a trace that reaches a "sometimes", return 0 if it still does, 11 if it no longer does.
    Raises `BadFileError` if the file is not a trace of this model.
    """
    case, trace, played = replayed(arguments, states=not arguments.inputs)
    at = played.hit_at
    head = f"{trace.design} {trace.host} {trace.property}: {len(trace.steps)} steps replayed"
    if trace.property not in case.content.properties:
        say(folded(f"{head}, no longer reached" if at is None else f"{head}, REACHED({at})"))
        return Exit.VACUOUS if at is None else Exit.OK
    say(folded(f"{head}, no longer violated" if at is None else f"{head}, VIOLATED({at})"))
    return Exit.OK if at is None else Exit.VIOLATED


def replayed(arguments: argparse.Namespace, states: bool = True) -> tuple[Case, Trace, Run]:
    """Replay the trace in the named file; warns if it was made with another model.

    If ``states``, every state is compared with the one in the file. Raises `BadFileError` naming
    the file if it is not a trace of this model.
    """
    trace = load_trace(Path(arguments.file))
    content = load(arguments.root, arguments.design)
    here = content.digest_of(trace.design)
    other = trace.model_digest != here
    made = f"made with model {trace.model_digest}, this is {here}"
    try:
        case = case_of(content, trace)
        played = replay(case, trace, states=states)
    except BadFileError as error:
        why = f" ({made}; --inputs compares no states)" if other and states else ""
        raise BadFileError(f"{arguments.file}: {error}{why}") from None
    except VtscError:
        raise
    except Exception as error:  # a model may do anything
        named = model_error(content, error)
        raise (named if isinstance(named, VtscError) else error) from None
    if other:
        warn(f"{arguments.file} was {made}")
    return case, trace, played
