"""The questions of a certificate as SMT-LIB texts; each of them must be unsatisfiable.

initial: some initial state does not satisfy the lemmas. step: one step from a state that satisfies the
lemmas leads to one that does not. property: such a step violates the property. bystander: a step of a larger
machine is none of the smaller one, once an instance that has no part in it is left out.

By k-induction, two other questions take the place of property. base: fewer than k steps from an initial
state violate it. property: of k steps through states that satisfy the lemmas, the last one is the first to.
"""

from vtsc.chain import Chain
from vtsc.smtlib import Script, Writer, conjunction, disjunction, negation
from vtsc.step import Consequences, StepTerms, step_of
from vtsc.symbolic import Index, Value
from vtsc.system import Rule, System


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


class _Side:
    """One of two systems that share the names of their fields and inputs."""

    def __init__(self, system: System, script: Script) -> None:
        self.system = system
        self.write = Writer(script)
        self._follow = Consequences(system)

    def applies(self, rule: Rule) -> str:
        """When a rule applies, seen from the start of the step."""
        return self.write.condition(self._follow.passed(rule.condition))

    def hits(self, rule: Rule, target: str) -> str:
        """When it hits a target."""
        hit = rule.targets.get(target, self.system.arena.false)
        return self.write.condition(self._follow.passed(hit))

    def passed(self, name: str) -> Value:
        """A field when time has passed."""
        return self.system.passing.get(name, self.system.pre[name])

    def after(self, rule: Rule, name: str) -> Value:
        """A field after a rule."""
        return self._follow.passed_value(rule.updates.get(name, self.system.mid[name]))


def bystander(large: System, small: System, targets: bool) -> str:
    """A step of ``large`` that is none of ``small``, though it names no instance beyond it.

    Both have the same calls. The facts of ``large`` hold, and every index of a field of ``small`` has a
    value that it has there. Fields of ``small`` must come out alike, and if ``targets``, targets too: what
    a single instance does wrong, it does wrong alone. A claim about several finds them among those kept.
    """
    script = Script("A step that is none any more once a bystander is left out.")
    one, other = _Side(large, script), _Side(small, script)
    for fact in large.facts:
        script.require(one.write.condition(fact.condition))
    script.require(one.write.condition(large.passable))
    for fits in _indices_fit(one, small):
        script.require(fits)
    alone = [other.write.condition(small.passable)]
    for name in small.slots:
        alone += _alike(one, one.passed(name), other, other.passed(name))
    ways = [negation(conjunction(alone))]
    for rule in large.rules:
        call = large.calls[rule.call]
        alike = [r for r in small.rules if small.calls[r.call] == call]
        same = [_same(one, rule, other, r, targets) for r in alike]
        ways.append(conjunction([one.applies(rule), negation(disjunction(same))]))
    script.require(disjunction(ways))
    return script.text()


def start(one: System, other: System) -> str:
    """An initial state of ``one`` that is none of ``other``, which has like fields, with the same inputs.

    A field that neither system has, since it never changes, is part of their rules instead.
    """
    script = Script("An initial state that is none of the other system.")
    here, there = _Side(one, script), _Side(other, script)
    script.require(here.write.condition(one.initially))
    alike = [there.write.condition(other.initially)]
    for name, value in one.initial.items():
        if name in one.slots or name in other.slots:
            alike += _alike(here, value, there, other.initial[name])
    script.require(negation(conjunction(alike)))
    return script.text()


def _indices_fit(side: _Side, small: System) -> list[str]:
    """That every index of the small system's fields has exactly one of its values there."""
    fit = []
    for name in small.slots:
        value = side.system.pre[name]
        if isinstance(value, Index):
            members = side.write.value(value)
            kept = small.pre[name].members
            fit.append(disjunction([side.write.condition(value.members[i]) for i in kept]))
            pairs = ((a, b) for i, a in enumerate(members) for b in members[:i])
            fit += [negation(conjunction(pair)) for pair in pairs]
    return fit


def _alike(one: _Side, a: Value, other: _Side, b: Value) -> list[str]:
    """That two values are equal."""
    if isinstance(a, Index):
        a = Index(a.arena, {i: a.members[i] for i in b.members})
    pairs = zip(one.write.value(a), other.write.value(b), strict=True)
    return [f"(= {x} {y})" for x, y in pairs if x != y]


def _same(one: _Side, rule: Rule, other: _Side, alone: Rule, targets: bool) -> str:
    """That ``alone`` applies and does what ``rule`` does to the fields and targets of its system."""
    parts = [other.applies(alone)]
    for name in other.system.slots:
        if name in rule.updates or name in alone.updates:
            parts += _alike(one, one.after(rule, name), other, other.after(alone, name))
    for target in sorted(rule.targets.keys() | alone.targets.keys()) if targets else ():
        x, y = one.hits(rule, target), other.hits(alone, target)
        parts += [f"(= {x} {y})"] if x != y else []
    return conjunction(parts)
