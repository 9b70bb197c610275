"""Decides a litmus file: executions that were replayed, or proofs that were solved again."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from questions.litmus.interpreter import Execution, replay
from questions.litmus.program import Litmus
from questions.litmus.question import Question, question
from questions.litmus.slots import Run
from questions.litmus.witness import run_of
from vtsc.base.errors import EvidenceError, Exit, VtscError, worst


@dataclass(frozen=True)
class Proof:
    """No execution answers a question: the SMT-LIB text, and the solvers that found it unsatisfiable."""

    text: str
    solvers: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """An execution that was replayed."""

    run: Run
    execution: Execution


@dataclass(frozen=True)
class Answer:
    """What was found: for an end as the condition says, and for any other, an execution or a proof.

    ``failure``: why there is no answer, with its exit status in ``status``.
    """

    litmus: Litmus
    such: Shown | Proof | None
    other: Shown | Proof | None
    failure: VtscError | None = None

    @property
    def result(self) -> str:
        """Never, Sometimes or Always; Vacuous where no execution meets the requirement; or Unknown."""
        if self.such is None or self.other is None:
            return "Unknown"
        if isinstance(self.such, Proof):
            return "Vacuous" if isinstance(self.other, Proof) else "Never"
        return "Always" if isinstance(self.other, Proof) else "Sometimes"

    @property
    def status(self) -> Exit:
        """The exit status: what must not be and is, what must be and is not, or as the header says."""
        if self.failure is not None:
            return Exit(self.failure.status)
        if self.result == "Vacuous":
            return Exit.VACUOUS
        possible = {"Never": (False, True), "Sometimes": (True, True), "Always": (True, False)}
        wanted, found = possible[self.litmus.result], possible[self.result]
        pairs = list(zip(wanted, found, strict=True))
        excess = [Exit.VIOLATED for expected, seen in pairs if seen and not expected]
        lack = [Exit.NOT_FOUND for expected, seen in pairs if expected and not seen]
        return worst([*excess, *lack])


def decide(litmus: Litmus) -> Answer:
    """The answer to a litmus file; a failure of the solver or of its evidence is part of it."""
    try:
        such = _answered(litmus, holds=True, small=True)
        other = _answered(litmus, holds=False, small=isinstance(such, Proof))
    except VtscError as error:
        return Answer(litmus, None, None, error)
    return Answer(litmus, such, other)


def decided(files: Sequence[Litmus], jobs: int) -> list[Answer]:
    """The answers to several files, in their order, decided by ``jobs`` processes (0: one for each core)."""
    import vtsc.solver.least  # noqa: F401  (each process would load Z3 again)
    from vtsc.base.parallel import in_order

    return list(in_order(files, decide, jobs))


def _answered(litmus: Litmus, *, holds: bool, small: bool) -> Shown | Proof:
    """An execution that ends in this way, with ``small`` values where it will be read, or a proof."""
    from vtsc.solver.least import found

    asked = question(litmus, holds=holds)
    numbers = {name: width for name, width in asked.unknowns if width}
    answer = found(asked.text, list(asked.cases), numbers, len(numbers) if small else 0)
    if answer is None:
        return _proved(asked)
    way, values = answer
    run = run_of(litmus, asked.cases[way], values)
    execution = replay(litmus, run)
    if execution.holds is not holds:
        raise EvidenceError(f"{litmus.name}: replayed, the execution does not end as it should")
    return Shown(run, execution)


def _proved(asked: Question) -> Proof:
    """The proof, once a fresh solver, and cvc5 where it is installed, have found it."""
    from vtsc.solver.solve import solve
    from vtsc.solver.version import version

    solve({asked.name: asked.text})
    if find_spec("cvc5") is None:
        return Proof(asked.text, (version(),))
    from vtsc.solver.cvc5 import solve as solve_again

    solve_again(asked.name, asked.text, as_integers=False)
    return Proof(asked.text, (version(), "cvc5"))
