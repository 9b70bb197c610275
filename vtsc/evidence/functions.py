"""Evidence for claims about plain functions: no values of their arguments make the claims false.

The function itself is run on symbolic words, so the claim is about its own code. Each question is
asked over integers, where quotients are exact and nothing wraps unless the function says so. Where
the claim asks for it, the question is asked over bit vectors too, operation by operation.
"""

from pathlib import Path
from typing import Any

from vtsc.base.errors import EvidenceError
from vtsc.content.content import Content
from vtsc.evidence.manifest import MANIFEST, Evidence, Manifest
from vtsc.evidence.systems import OpenCases
from vtsc.language.functions import Claim, Claims
from vtsc.smtlib.registers import LOGIC, Register, condition
from vtsc.smtlib.script import Script, Writer
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.paths import explore
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.trees import joined
from vtsc.symbolic.values import Word, lift_truth

KIND = "functions"


def stated(arena: Arena, claim: Claim) -> Condition:
    """The claim as one condition, its forks merged."""
    words = [Word(arena, arena.variable(name, *ends)) for name, ends in claim.over.items()]

    def state_it() -> dict[str, Any]:
        return {"": claim.holds(*words)}

    tree = explore(arena, state_it, SolverFeasibility(arena), strict=False)
    legal, outcome = joined(arena, tree, lambda _: None)
    return arena.conjunction([legal, lift_truth(arena, outcome.get("", False))])


def integer_question(claim: Claim) -> str:
    """The question, over integers, whether the claim is false for some values of its arguments."""
    arena = Arena()
    script = Script(f"Values for which this is false: {claim.sentence}.")
    script.require(Writer(script).condition(arena.negation(stated(arena, claim))))
    return script.text()


def vector_question(claim: Claim) -> str:
    """The question, over bit vectors, whether the claim is false for some values of its arguments."""
    script = Script(f"Bits for which this is false: {claim.sentence}.", LOGIC)
    words = [Register.unknown(script, name, *ends) for name, ends in claim.over.items()]
    script.require(f"(not {condition(claim.holds(*words))})")
    return script.text()


def make(content: Content, name: str) -> Evidence:
    """The evidence for the claims of that name, unchecked."""
    return evidence(name, content.model.functions[name])


def evidence(name: str, claims: Claims) -> Evidence:
    """The evidence for ``claims``, unchecked."""
    listed = [
        {
            "name": c.name,
            "sentence": c.sentence,
            "formula": c.formula,
            "over": {word: list(map(str, ends)) for word, ends in c.over.items()},
            "shown": "over integers and bit vectors" if c.by_bits else "over integers",
        }
        for c in claims.claims
    ]
    told = {"name": name, "title": claims.title, **claims.facts, "claims": listed}
    questions = {c.name: integer_question(c) for c in claims.claims}
    questions |= {f"{c.name}-bits": vector_question(c) for c in claims.claims if c.by_bits}
    return Evidence(KIND, Path(KIND) / name, told, questions)


def remake(opened: OpenCases, manifest: Manifest) -> Evidence:
    """The evidence that belongs to a manifest, made again; raises `EvidenceError` where there is none."""
    name = manifest.get("name", str)
    if name not in opened.content.model.functions:
        raise EvidenceError(f"{MANIFEST}: unknown {name}")
    return make(opened.content, name)
