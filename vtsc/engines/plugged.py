"""Engines of plug-ins: of their answers only what is checked afterwards is taken over.

That is the lemmas of a proof, which are proved again, and a run, which is replayed. That a target is not hit
to some depth, or that no shorter run hits it, is not believed.
"""

from typing import Any

from vtsc.base.errors import UsageError, VtscError
from vtsc.base.plugins import ENGINES, plug_in
from vtsc.engines.task import Answer, Engine, Finding, Task, unknown
from vtsc.native.witness import Witness

ANSWERED = ("finding", "reason", "lemmas", "k", "found", "witness")
"""The parts of an answer that are taken over, once they are found to be of the right kind."""


def engine(name: str) -> Engine:
    """The engine of a plug-in; raises `UsageError` when it is asked and fails."""
    found = plug_in(ENGINES, name, "--engine", [])
    module = found.load(["decide"])

    def decide(task: Task) -> Answer:
        try:
            answer = module.decide(task)
        except VtscError:
            raise
        except Exception as error:  # a plug-in may do anything
            raise found.failed(error) from None
        if not isinstance(answer, Answer):
            raise UsageError(f"{found.what}: decide() returns no Answer")
        wrong = _wrong(answer)
        if wrong:
            raise UsageError(f"{found.what}: decide() returns an Answer with {wrong}")
        return _checkable(answer) or unknown(answer.reason or f"{name} does not decide it")

    return decide


def _checkable(answer: Answer) -> Answer | None:
    """A new answer with what can be checked of one; None where that is nothing."""
    if answer.finding is Finding.VIOLATED and answer.witness is not None:
        return Answer(Finding.VIOLATED, witness=answer.witness, shortest=False)
    if answer.finding is not Finding.PROVED:
        return None
    lemmas, k, found = answer.lemmas, answer.k, answer.found
    return Answer(Finding.PROVED, shortest=False, lemmas=lemmas, k=k, found=found)


def _wrong(answer: Answer) -> str:
    """The part of an answer that is of the wrong kind, as text; empty where there is none."""
    given: dict[str, Any] = {name: getattr(answer, name) for name in ANSWERED}
    lemmas, k, found, witness = (given[name] for name in ("lemmas", "k", "found", "witness"))
    right = {
        "finding": isinstance(given["finding"], Finding),
        "reason": isinstance(given["reason"], str),
        "lemmas": isinstance(lemmas, tuple) and all(map(_is_key, lemmas)),
        "k": type(k) is int and k >= 1,
        "found": isinstance(found, tuple) and all(isinstance(x, str) for x in found),
        "witness": witness is None or isinstance(witness, Witness),
    }
    return next((f"{name} {given[name]!r}" for name, fits in right.items() if not fits), "")


def _is_key(value: Any) -> bool:
    pair = isinstance(value, tuple) and len(value) == 2
    return pair and all(isinstance(x, str) for x in value)
