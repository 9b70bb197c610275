"""A program that searches a cell by itself: no lemmas, no replay, and no second opinion.

It imports nothing else of this folder, so that it can be run with the checker of another revision.

    python -P bench/alone.py DESIGN HOST PROPERTY DEPTH [NAME=VALUE ...]
"""

import os
import sys
from collections.abc import Sequence

from vtsc.content.case import Case
from vtsc.content.cells import groups
from vtsc.content.loader import load
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build
from vtsc.system.system import System


def opened(design: str, host: str, prop: str, given: Sequence[str]) -> Case:
    """The case that a cell of the checkout in the working directory belongs to."""
    content = load(os.getcwd())
    settings = dict(text.split("=", 1) for text in given)
    (group,) = groups(content, [design], [host], [prop], settings)
    return Case.of(content, group.cells()[0])


def built(case: Case, prop: str) -> System:
    """The transition system of a case and a property, without lemmas."""
    return build(case.machine(), [case.property(prop)], SolverFeasibility)


def main() -> None:
    """Search, and print ``sat`` with the depth of the shortest run, ``unsat`` or ``unknown``."""
    from vtsc.engines.search.bmc import search

    design, host, prop, depth, *given = sys.argv[1:]
    found = search(built(opened(design, host, prop, given), prop), [prop], int(depth))
    if prop in found.witnesses:
        print("sat", len(found.witnesses[prop].calls))
    else:
        print("unknown" if found.reason else "unsat")


if __name__ == "__main__":
    main()
