"""A program that writes a figure as SMT-LIB questions, for any solver to answer.

For a search it writes vtsc's own formula for the whole depth, once over the integers and once over vectors
of 64 bits: is the property violated in some step? For a proof it writes the questions of an induction on a
machine of the figure's size, with the lemmas that are recorded for the same cell with default settings.

    python -m bench.queries FIGURE FOLDER
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import z3

from bench.alone import built, opened
from bench.figures import Figure, named
from bench.solvers import INTEGERS, VECTORS
from vtsc.content.cells import groups
from vtsc.engines.search.runs import Runs
from vtsc.evidence.proofs import load_proofs
from vtsc.evidence.questions import queries
from vtsc.evidence.systems import Systems, chosen
from vtsc.solver.unroll import Unrolling
from vtsc.solver.vectors import VectorLowering
from vtsc.system.system import System


def over_integers(system: System, target: str, depth: int) -> str:
    """The question whether a run of ``depth`` steps hits the target on its way, over the integers."""
    runs = Runs(system)
    hits = [runs.extend().targets[target] for _ in range(depth)]
    return text("QF_LIA", [*runs.constraints, z3.Or(hits)])


def over_vectors(system: System, target: str, depth: int) -> str:
    """The same question over vectors of 64 bits, where steps may be taken in any order."""
    unrolling = Unrolling(system, VectorLowering)
    constraints, hits = list(unrolling.initial), []
    for k in range(depth):
        more, constants = unrolling.step(k)
        constraints += more
        hits.append(constants.targets[target])
    return text("QF_BV", [*constraints, z3.Or(hits)])


def text(logic: str, constraints: Iterable[Any]) -> str:
    """The script that asks whether the constraints can hold together."""
    solver, known = z3.Solver(), dict[int, Any]()
    solver.add(*(plain(c, known) for c in constraints))
    return f"(set-logic {logic})\n{solver.to_smt2()}"


def plain(expression: Any, known: dict[int, Any]) -> Any:
    """The expression without conjunctions and disjunctions of one part, which not every solver reads."""
    key = expression.get_id()
    if key not in known:
        parts = [plain(part, known) for part in expression.children()]
        single = len(parts) == 1 and expression.decl().name() in ("and", "or")
        known[key] = parts[0] if single else expression.decl()(*parts) if parts else expression
    return known[key]


def of_proof(figure: Figure) -> dict[str, str]:
    """The questions ``initial``, ``step`` and ``property`` of a figure."""
    prop = figure.prop
    case = opened(figure.design, figure.host, prop, figure.given)
    (usual,) = groups(case.content, [figure.design], [figure.host], [prop], {})
    recorded = load_proofs(case.content, figure.design).proof(usual.cells()[0])
    if recorded is None:
        sys.exit(f"{figure.name}: no proof is recorded: make evidence UPDATE=1 records it")
    lemmas = chosen(case, prop, None, recorded.lemmas, frame=False)
    return queries(Systems(case).proof(prop, None, lemmas), prop)


def written(figure: Figure) -> dict[str, Mapping[str, str]]:
    """The questions by arithmetic and name."""
    if figure.depth is None:
        return {INTEGERS: of_proof(figure)}
    prop, depth = figure.prop, figure.depth
    system = built(opened(figure.design, figure.host, prop, figure.given), prop)
    return {
        INTEGERS: {"run": over_integers(system, prop, depth)},
        VECTORS: {"run": over_vectors(system, prop, depth)},
    }


def main() -> None:
    """Write the questions below the folder."""
    name, folder = sys.argv[1:]
    for arithmetic, questions in written(named(name)).items():
        place = Path(folder, arithmetic)
        place.mkdir(parents=True)
        for n, (question, script) in enumerate(questions.items()):
            (place / f"{n}-{question}.smt2").write_text(script, encoding="utf-8")


if __name__ == "__main__":
    main()
