"""``vtsc claims``: what the mail claims and asks, answered from evidence that is checked again. [C1]"""

import argparse
from collections.abc import Sequence

from questions.claims.asking import answered
from questions.claims.claim import Claim
from questions.claims.reading import load_claims
from questions.claims.report import FORMATS, status_of
from vtsc.base.errors import Exit, worst
from vtsc.commands.options import ERRORS, add_formats, add_jobs
from vtsc.content.content import known
from vtsc.content.loader import load
from vtsc.report.outputs import deliver, one_of, outputs
from vtsc.report.progress import shown

STATUSES = (
    "exit status: 0 every answer is the recorded one, 10 violated, 11 vacuous, 12 an expected violation or "
    f"run not found, 20 not decided, {ERRORS}"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the claims, and the options for answering and reporting them, to a parser."""
    parser.epilog = STATUSES
    parser.add_argument("claims", nargs="*", metavar="CLAIM", help="such as C1; default: all")
    parser.add_argument(
        "--again",
        action="store_true",
        help="derive everything anew, instead of checking what is kept",
    )
    add_formats(parser, [*FORMATS])
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """The exit status of all answers together."""
    content = load(arguments.root)
    claims = _chosen(load_claims(content), arguments.claims)
    asked_for = outputs(arguments, one_of(FORMATS))
    found = answered(content, claims, arguments.jobs, shown, again=arguments.again)
    deliver(asked_for, lambda name: FORMATS[name](content, found))
    return worst([status_of(each) for each in found])


def _chosen(claims: Sequence[Claim], asked: Sequence[str]) -> list[Claim]:
    """The claims that are asked for, in their order; raises `UsageError` for one that there is not."""
    ids = [claim.id for claim in claims]
    wanted = [known("claim", name, ids) for name in asked] or ids
    return [claim for claim in claims if claim.id in wanted]
