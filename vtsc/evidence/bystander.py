"""The question whether an instance that has no part in a step can be left out."""

from vtsc.language.state import Value
from vtsc.smtlib.script import Script, Writer, conjunction, disjunction, negation
from vtsc.symbolic.values import Index
from vtsc.system.step import Consequences
from vtsc.system.system import Rule, System


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
