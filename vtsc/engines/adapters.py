"""The engines as functions of a task; each returns what the others could check."""

from vtsc.engines.proof.induction import Induction
from vtsc.engines.proof.kinduction import KInduction
from vtsc.engines.proof.spacer import invariant
from vtsc.engines.search.bmc import search
from vtsc.engines.search.repetition import repeated
from vtsc.engines.task import Answer, Finding, Task, keys, unknown
from vtsc.smtlib.lemma_text import found_lemmas


def by_lemmas(task: Task, budget: int) -> Answer:
    """Proof by the task's lemmas and 1-step induction."""
    induction = Induction(task.stated(task.lemmas), budget)
    if not induction.proves(task.target):
        return unknown("the lemmas that hold by induction do not show it")
    return Answer(Finding.PROVED, lemmas=keys(induction.proof(task.target).lemmas))


def by_kinduction(task: Task, budget: int) -> Answer:
    """Proof by k-induction on top of the lemmas that hold by induction."""
    found = KInduction(task.induction, budget).proof(task.target)
    if found is None:
        return unknown("no k shows it")
    return Answer(Finding.PROVED, lemmas=keys(found.lemmas), k=found.k)


def by_spacer(task: Task, budget: int) -> Answer:
    """Proof by lemmas that Spacer suggests, kept as far as 1-step induction confirms them."""
    induction, target = task.induction, task.target
    settled = induction.settled(target)
    known = [fact for fact in induction.system.facts if fact.lemma in settled]
    texts = invariant(induction.system, target, known, budget)
    if texts is None:
        return unknown("Spacer gave no answer")
    stated = [x for x in settled if x.holds is not None and x in task.lemmas]
    suggested = found_lemmas(texts, target)
    again = Induction(task.stated([*stated, *suggested]))
    if not again.proves(target):
        return unknown("what Spacer suggests is not inductive")
    needed = set(again.proof(target).lemmas)
    found = tuple(t for t, lemma in zip(texts, suggested, strict=True) if lemma in needed)
    hand = [lemma for lemma in stated if lemma in needed]
    names = keys([*hand, *found_lemmas(found, target)])
    return Answer(Finding.PROVED, lemmas=names, found=found)


def by_repetition(task: Task, budget: int) -> Answer:
    """A long run that hits the target, whose middle repeats."""
    witness = repeated(task.settled, task.target, budget, task.machine.rounds)
    if witness is None:
        return unknown("no run whose middle repeats hits it")
    return Answer(Finding.VIOLATED, depth=len(witness.calls), witness=witness)


def by_search(task: Task, budget: int) -> Answer:
    """The shortest run that hits the target, if there is one within the task's depth."""
    target = task.target
    found = search(task.system, [target], task.depth, budget=budget)
    if target in found.witnesses:
        witness = found.witnesses[target]
        return Answer(Finding.VIOLATED, depth=len(witness.calls), witness=witness)
    if found.reason:
        return Answer(Finding.OPEN, depth=found.depth, reason=found.reason)
    return Answer(Finding.HOLDS, depth=task.depth)
