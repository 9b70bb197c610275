"""The cells of the main job with the verdicts that they are expected to have, and how they are decided."""

import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from vtsc import DEFAULT_DEPTH
from vtsc.base.parallel import in_order
from vtsc.cli import parser
from vtsc.commands.selection import selected
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS, recorded_verdict
from vtsc.deciding.plan import decide
from vtsc.deciding.verdict import Result
from vtsc.engines import Effort

ROOT = Path(__file__).resolve().parents[1]
COMMAND = re.compile(r"^\t(\$\((?:VERIFY|TRAPPED)\).*)$", re.MULTILINE)


def expected(content: Content) -> dict[Cell, str]:
    """Every cell of the main job, with ``holds`` or the depth of its counterexample."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    variables = dict(re.findall(r"^(\w+) [:?]?= (.*)$", text, re.M))
    found = {}
    for line in COMMAND.findall(text):
        while "$(" in line:
            line = re.sub(r"\$\((\w+)\)", lambda m: variables[m.group(1)], line)
        for group in selected(content, parser().parse_args(shlex.split(line)[1:])):
            for cell in group.cells():
                verdict = recorded_verdict(content, cell)
                if verdict is None:
                    sys.exit(f"{cell.design} {cell.host} {cell.property}: no verdict is recorded")
                found[cell] = verdict
    return found


def decided(content: Content, wanted: Callable[[str], bool]) -> list[Result]:
    """The results of the cells whose expected verdict is wanted, in order, on all cores.

    Ends the program where a result is not as expected.
    """
    cells = {cell: verdict for cell, verdict in expected(content).items() if wanted(verdict)}
    cases: dict[tuple[object, ...], list[Cell]] = {}
    for cell in cells:
        cases.setdefault((cell.design, cell.host, cell.settings), []).append(cell)

    def work(group: list[Cell]) -> list[Result]:
        case = Case.of(content, group[0])
        return decide(case, [c.property for c in group], DEFAULT_DEPTH, Effort.ALL)

    results = [r for found in in_order(list(cases.values()), work) for r in found]
    for result in results:
        verdict, cell = cells[result.cell], result.cell
        if result.text != ("PROVED" if verdict == HOLDS else f"VIOLATED({verdict})"):
            what = f"{cell.design} {cell.host} {cell.property}: {result.text} {result.reason}"
            sys.exit(f"{what.rstrip()}, expected: {verdict}")
    return results
