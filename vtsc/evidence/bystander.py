"""The question whether an instance that has no part in a step can be left out."""

from vtsc.language.actions import Call
from vtsc.language.state import Value
from vtsc.smtlib.script import Script, Writer, conjunction, disjunction, negation
from vtsc.symbolic.values import Index
from vtsc.system.relation import Way, direct
from vtsc.system.system import System


class _Side:
    """One of two systems that share the names of their fields and inputs."""

    def __init__(self, system: System, script: Script) -> None:
        self.system = system
        self.write = Writer(script)
        self.relation = direct(system)

    def calls(self, way: Way) -> Call:
        """The call that a way is of."""
        return self.system.calls[way.call]

    def applies(self, way: Way) -> str:
        """The condition under which a way applies, in terms of the start of the step."""
        return self.write.condition(way.condition)

    def hits(self, way: Way, target: str) -> str:
        """The condition under which a way hits a target."""
        return self.write.condition(way.hits.get(target, self.system.arena.false))

    def passed(self, name: str) -> Value:
        """The value of a field when time has passed."""
        return self.system.passing.get(name, self.system.pre[name])

    def after(self, way: Way, name: str) -> Value:
        """The value of a field after a way is taken."""
        return way.stores.get(name, self.relation.kept[name])


def bystander(large: System, small: System, targets: bool) -> str:
    """The question whether some step of ``large`` is not a step of ``small``; it must be "unsat".

    Both systems have the same calls, which name only instances of ``small``. The step starts in a
    state that satisfies the facts of ``large`` and in which each index has a value that it can have
    in ``small``. Both systems must give the fields of ``small`` equal values, and if ``targets``,
    hit the same targets. The fields that never change in ``small`` must have the same values in ``large``,
    since otherwise a start would count instances. For a property of several instances, targets are not
    compared: the instances that violate it are among those of ``small``.
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
    ways = [negation(conjunction(alone)), negation(conjunction(_fixed_alike(one, other)))]
    for way in one.relation.ways:
        alike = [w for w in other.relation.ways if other.calls(w) == one.calls(way)]
        same = [_same(one, way, other, w, targets) for w in alike]
        ways.append(conjunction([one.applies(way), negation(disjunction(same))]))
    script.require(disjunction(ways))
    return script.text()


def _fixed_alike(one: _Side, other: _Side) -> list[str]:
    """The constraints that fields that never change in the other system have the same values in the one."""
    large, small = one.system, other.system
    alike = []
    for name, value in small.frozen.items():
        alike += _alike(one, large.frozen.get(name, large.pre[name]), other, value)
    for name, form in small.known.items():
        found = large.known.get(name)
        theirs = one.write.value(large.pre[name])[0] if found is None else one.write.linear(found)
        ours = other.write.linear(form)
        alike += [] if ours == theirs else [f"(= {theirs} {ours})"]
    return alike


def start(one: System, other: System) -> str:
    """The question whether an initial state of ``one`` is not one of ``other`` for the same inputs.

    Fields that neither system has are not compared: they never change, and are part of the rules.
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
    """The constraints that every index of the small system's fields has exactly one of its values there."""
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
    """The constraints that two values are equal."""
    if isinstance(a, Index):
        a = Index(a.arena, {i: a.members[i] for i in b.members})
    pairs = zip(one.write.value(a), other.write.value(b), strict=True)
    return [f"(= {x} {y})" for x, y in pairs if x != y]


def _same(one: _Side, way: Way, other: _Side, alone: Way, targets: bool) -> str:
    """The constraints that ``alone`` applies and does what ``way`` does to fields and targets."""
    parts = [other.applies(alone)]
    for name in other.system.slots:
        if name in way.stores or name in alone.stores:
            parts += _alike(one, one.after(way, name), other, other.after(alone, name))
    for target in sorted(way.hits.keys() | alone.hits.keys()) if targets else ():
        x, y = one.hits(way, target), other.hits(alone, target)
        parts += [f"(= {x} {y})"] if x != y else []
    return conjunction(parts)
