"""The questions of a certificate as SMT-LIB texts; each of them must be unsatisfiable.

``initial``: some initial state does not satisfy the lemmas. ``step``: one step from a state that satisfies
the lemmas leads to one that does not. ``property``: a step from such a state violates the property.
``bystander``: some step of a larger machine is not a step of the machine without a certain bystander.

For k-induction, two other questions take the place of ``property``. ``base``: fewer than k steps from an
initial state violate it. ``property``: of k steps through states that satisfy the lemmas, only the last
violates it.
"""

from vtsc.smtlib.script import Script, Sentences, Writer, conjunction, disjunction, negation
from vtsc.system.chain import Chain
from vtsc.system.consequences import StepTerms, broken, step_of
from vtsc.system.relation import hit, taken
from vtsc.system.step import Consequences
from vtsc.system.system import System


def queries(system: System, target: str, k: int = 1) -> dict[str, str]:
    """The questions ``initial``, ``step`` and ``property``, in this order; from k = 2 on also ``base``."""
    step = step_of(system, system.facts)
    found = {"initial": _initial(system), "step": _step(system, step)}
    if k == 1:
        return {**found, "property": _property(system, step, target)}
    chain = Chain(system)
    return {**found, "base": _base(chain, target, k), "property": _k_steps(chain, target, k)}


def kept(system: System) -> dict[str, str]:
    """The questions ``initial`` and ``step`` alone, which show that the lemmas hold."""
    return {"initial": _initial(system), "step": _step(system, step_of(system, system.facts))}


def _initial(system: System) -> str:
    script = Script("An initial state that does not satisfy every lemma.")
    write, follow = Writer(script), Consequences(system)
    script.require(write.condition(system.initially))
    kept = [write.condition(follow.initially(fact)) for fact in system.facts]
    script.require(disjunction([negation(c) for c in dict.fromkeys(kept)]))
    return script.text()


def _before(write: Sentences, system: System, step: StepTerms) -> list[str]:
    """Require a step from a state that satisfies the lemmas; returns each rule's symbol."""
    for fact in system.facts:
        write.script.require(write.condition(fact.condition))
    write.script.require(write.condition(step.relation.passable))
    rules, applies = taken(step.relation, write)
    for each in applies:
        write.script.require(each)
    return rules


def _step(system: System, step: StepTerms) -> str:
    write = Sentences(Script("A step from a state that satisfies the lemmas to one that does not."))
    rules = _before(write, system, step)
    write.script.require(disjunction(way for _, way in broken(step, write, rules)))
    return write.script.text()


def _property(system: System, step: StepTerms, target: str) -> str:
    title = f"A step from a state that satisfies the lemmas that violates {target}."
    write = Sentences(Script(title))
    rules = _before(write, system, step)
    write.script.require(hit(step.relation, write, rules, target))
    return write.script.text()


def _base(chain: Chain, target: str, k: int) -> str:
    """The question whether one of the first k - 1 steps hits the target."""
    script = Script(f"A run of fewer than {k} steps that violates {target}.")
    write = Writer(script)
    for condition in chain.initially():
        script.require(write.condition(condition))
    hits = []
    taken: list[str] = []
    for depth in range(k - 1):
        taken.append(conjunction(write.condition(c) for c in chain.step(depth)))
        hits.append(conjunction([*taken, write.condition(chain.hit(target, depth))]))
    script.require(disjunction(hits))
    return script.text()


def _k_steps(chain: Chain, target: str, k: int) -> str:
    """The question whether, of k steps from states that satisfy the lemmas, only the last hits the target."""
    script = Script(f"Of {k} steps from states that satisfy the lemmas the last violates {target}.")
    write = Writer(script)
    for depth in range(k):
        for condition in [*chain.facts(depth), *chain.step(depth)]:
            script.require(write.condition(condition))
        hit = write.condition(chain.hit(target, depth))
        script.require(hit if depth == k - 1 else negation(hit))
    return script.text()
