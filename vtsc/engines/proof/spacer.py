"""Spacer as a source of lemmas: its invariant is split into candidates, of which induction keeps what holds.

Spacer runs in a process of its own (`vtsc.engines.proof.spacer_child`) with a limit of wall-clock time. No
answer, an odd answer and a crash all count as no lemmas. Its budget is a number of steps back from the
target, since Z3's resource units do not stop it (5.4, measured).

Its lemmas name fields of one machine, so they hold for the cell's own number of instances only. With more
than a handful of fields it seldom answers.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from vtsc.base.errors import EvidenceError
from vtsc.engines.proof.induction import Induction
from vtsc.engines.task import Answer, Finding, Task, keys, unknown
from vtsc.smtlib.horn import horn, rigid_terms
from vtsc.smtlib.lemma_text import conjuncts, found_lemmas, inlined, read, symbols, written
from vtsc.symbolic.names import INITIAL
from vtsc.system.system import Fact, System

BUDGET = 14
"""The levels, which are steps back from the target, that Spacer may reach."""
SECONDS = 120
"""Seconds after which Spacer is stopped, whatever level it has reached."""


def invariant(
    system: System,
    target: str,
    known: Sequence[Fact] = (),
    budget: int = BUDGET,
    seconds: float = SECONDS,
) -> list[str] | None:
    """Lemmas, as texts of `lemma_text`, that may show that ``target`` is never hit; None for no answer.

    ``known`` facts are true of every reachable state.
    """
    question = {**horn(system, target, known).document(), "levels": budget}
    answer = ask(json.dumps(question), seconds)
    try:
        found = json.loads(answer)
        if found["answer"] != "unsat":
            return None
        split = conjuncts(inlined(read(found["invariant"]), rigid_terms(system)))
    except (ValueError, KeyError, TypeError, EvidenceError):
        return None
    fields = [x for x in split if not any(n.startswith(INITIAL) for n in symbols(x))]
    return list(dict.fromkeys(map(written, fields)))


def ask(question: str, seconds: float) -> str:
    """The child's answer; empty where it fails or takes longer than ``seconds``."""
    child = Path(__file__).with_name("spacer_child.py")
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(child)],
            input=question,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def decide(task: Task) -> Answer:
    """Answer with a proof by lemmas that Spacer suggests, as far as plain induction confirms them."""
    induction, target = task.induction, task.target
    settled = induction.settled(target)
    known = [fact for fact in induction.system.facts if fact.lemma in settled]
    texts = invariant(induction.system, target, known)
    if texts is None:
        return unknown("Spacer gave no answer")
    stated = [x for x in settled if x.holds is not None and x in task.lemmas]
    suggested = found_lemmas(texts, target)
    again = Induction(task.stated([*stated, *suggested]))
    if not again.proves(target):
        return unknown("the lemmas that Spacer suggests are not inductive")
    needed = set(again.proof(target).lemmas)
    found = tuple(t for t, lemma in zip(texts, suggested, strict=True) if lemma in needed)
    hand = [lemma for lemma in stated if lemma in needed]
    names = keys([*hand, *found_lemmas(found, target)])
    return Answer(Finding.PROVED, lemmas=names, found=found)
