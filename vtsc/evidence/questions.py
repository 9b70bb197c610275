"""The questions of a certificate as SMT-LIB texts; each of them must be unsatisfiable.

initial: some initial state does not satisfy the lemmas. step: one step from a state that satisfies the
lemmas leads to one that does not. property: such a step violates the property. bystander: a step of a larger
machine is none of the smaller one, once an instance that has no part in it is left out.

By k-induction, two other questions take the place of property. base: fewer than k steps from an initial
state violate it. property: of k steps through states that satisfy the lemmas, the last one is the first to.
"""

from vtsc.smtlib.script import Script, Writer, conjunction, disjunction, negation
from vtsc.system.chain import Chain
from vtsc.system.step import Consequences, StepTerms, step_of
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
    """The questions ``initial`` and ``step`` alone: that the lemmas hold, whatever they are for."""
    return {"initial": _initial(system), "step": _step(system, step_of(system, system.facts))}


def _initial(system: System) -> str:
    script = Script("An initial state that does not satisfy every lemma.")
    write, follow = Writer(script), Consequences(system)
    script.require(write.condition(system.initially))
    kept = [write.condition(follow.initially(fact)) for fact in system.facts]
    script.require(disjunction([negation(c) for c in dict.fromkeys(kept)]))
    return script.text()


def _before(script: Script, write: Writer, system: System, step: StepTerms) -> list[str]:
    """A state that satisfies the lemmas, in which time passes; returns each rule's symbol."""
    for fact in system.facts:
        script.require(write.condition(fact.condition))
    script.require(write.condition(step.passable))
    rules = []
    for number, condition in enumerate(step.rules):
        rules.append(script.declare(f"rule{number}", "Bool"))
        script.require(f"(=> {rules[-1]} {write.condition(condition)})")
    return rules


def _step(system: System, step: StepTerms) -> str:
    script = Script("A step from a state that satisfies the lemmas to one that does not.")
    write = Writer(script)
    rules = _before(script, write, system, step)
    broken = []
    for _, after, causes in step.outcomes:
        taken = "true" if causes is None else disjunction([rules[n] for n in causes])
        broken.append(conjunction([negation(write.condition(after)), taken]))
    script.require(disjunction(broken))
    return script.text()


def _property(system: System, step: StepTerms, target: str) -> str:
    script = Script(f"A step from a state that satisfies the lemmas that violates {target}.")
    write = Writer(script)
    rules = _before(script, write, system, step)
    hits = [conjunction([rules[n], write.condition(hit)]) for n, hit in step.hits[target]]
    script.require(disjunction(hits))
    return script.text()


def _base(chain: Chain, target: str, k: int) -> str:
    """Whether one of the first k - 1 steps hits the target."""
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
    """Whether k steps through states that satisfy the lemmas hit the target with the last one first."""
    script = Script(f"Of {k} steps from states that satisfy the lemmas the last violates {target}.")
    write = Writer(script)
    for depth in range(k):
        for condition in [*chain.facts(depth), *chain.step(depth)]:
            script.require(write.condition(condition))
        hit = write.condition(chain.hit(target, depth))
        script.require(hit if depth == k - 1 else negation(hit))
    return script.text()


# leaving out a bystander
