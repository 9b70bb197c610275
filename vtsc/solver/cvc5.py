"""A second solver for certificates: cvc5, where the extra ``cross`` is installed."""

from typing import Any

from vtsc.base.errors import EvidenceError

LIMIT = 20_000_000
"""cvc5 resource units that one question may cost."""


def solve(name: str, text: str, *, as_integers: bool = True) -> None:
    """Check that cvc5 finds a question unsatisfiable; raises `EvidenceError` where it does not.

    ``as_integers``: whether a question about bit vectors is solved as one about integers, which suits sums of
    multiples and not comparisons of halves.
    """
    import cvc5

    solver = cvc5.Solver()
    solver.setOption("rlimit-per", str(LIMIT))
    if (
        "QF_BV" in text and as_integers
    ):  # as integers, sums of multiples of unknowns are no matter of single bits
        solver.setOption("solve-bv-as-int", "bv")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, name)
    symbols = parser.getSymbolManager()
    answer = ""
    while True:
        command: Any = parser.nextCommand()
        if command.isNull():
            break
        answer += str(command.invoke(solver, symbols))
    if answer.split() != ["unsat"]:
        raise EvidenceError(f"{name}.smt2 is {answer.strip() or 'undecided'} for cvc5, not unsat")
