"""A program that gives SMT-LIB files to one solver and prints one answer.

It is ``unsat`` if all of them are, and else that of the first that is not.

    python -m bench.solve SOLVER FILE ...
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path


def z3_plain(path: str) -> str:
    """Z3 as it comes."""
    import z3

    solver = z3.Solver()
    solver.from_string(_text(path))
    return str(solver.check())


def z3_tuned(path: str) -> str:
    """Z3 as vtsc sets it for searches."""
    from vtsc.engines.search.runs import BUDGET, make_solver

    solver = make_solver("QF_LIA", BUDGET)
    solver.from_string(_text(path))
    return str(solver.check())


def cvc5(path: str) -> str:
    """cvc5 as it comes."""
    import cvc5 as api

    solver = api.Solver()
    parser = api.InputParser(solver)
    parser.setStringInput(api.InputLanguage.SMT_LIB_2_6, _text(path), path)
    symbols, answer = parser.getSymbolManager(), ""
    while not (command := parser.nextCommand()).isNull():
        answer += str(command.invoke(solver, symbols))
    return answer.strip()


def bitwuzla(path: str) -> str:
    """Bitwuzla as it comes, which reads no integers."""
    import bitwuzla as api

    parser = api.Parser(api.TermManager(), api.Options())
    parser.parse(_text(path).replace("(check-sat)", ""), True, False)
    answer = parser.bitwuzla().check_sat()
    return {api.Result.SAT: "sat", api.Result.UNSAT: "unsat"}.get(answer, "unknown")


def yices(path: str) -> str:
    """Yices as it comes."""
    command = ["yices-smt2", path]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


SOLVE: Mapping[str, Callable[[str], str]] = {
    "z3": z3_plain,
    "z3-tuned": z3_tuned,
    "cvc5": cvc5,
    "bitwuzla": bitwuzla,
    "yices": yices,
}


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def main() -> None:
    """Answer, file by file; the first that is not ``unsat`` decides."""
    solver, *paths = sys.argv[1:]
    answers = (SOLVE[solver](path) for path in paths)
    print(next((answer for answer in answers if answer != "unsat"), "unsat"))


if __name__ == "__main__":
    main()
