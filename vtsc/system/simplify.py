"""Simplifying a system before any engine sees it; each pass keeps its runs and targets.

In this order, fields that never change become constants, fields that move with another become sums, fields
that only live within a step are inlined, ranges are inferred, and what no guard and no target depends on
is dropped.

Where calls stand for others (`System.kin`), only what holds of those as well is concluded. Where lemmas are
stated, the last two passes are left out, since lemmas have to say themselves what they rely on.
"""

from collections.abc import Iterable, Mapping
from math import gcd

from vtsc.language.lemmas import NEVER_BACK
from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition, Interval, Linear, unknowns
from vtsc.symbolic.names import MID
from vtsc.symbolic.terms import Substitution
from vtsc.symbolic.values import Index, Truth, Word, parts, same
from vtsc.system.system import Fact, Rule, System

SAME_PASSES = 20
"""Rounds of range inference before a range is given up for the declared one."""


def simplify(system: System, keep: Iterable[str] = ()) -> None:
    """Apply all passes, in order; fields in ``keep`` are not dropped."""
    freeze(system)
    tie(system)
    inline(system)
    if not system.facts:
        tighten(system)
        slice_away(system, keep)


def freeze(system: System) -> None:
    """Replace every field that keeps its initial value in all runs by that value.

    At first all fields are supposed to keep it. Those that some possible rule then changes are dropped,
    until none is dropped any more. What remains is an inductive invariant.
    """
    kept = {n for n, s in system.slots.items() if not (system.kin and s.field.of)}
    while True:
        substitution = _initial_values(system, kept)
        passing = {n: replace(substitution, v) for n, v in system.passing.items()}
        rules = [_substituted(rule, substitution) for rule in system.rules]
        rules = [rule for rule in rules if rule.condition is not system.arena.false]
        changed = {
            name
            for updates in (passing, *(rule.updates for rule in rules))
            for name, value in updates.items()
            if name in kept and not same(value, replace(substitution, system.initial[name]))
        }
        if not changed:
            break
        kept -= system.with_kin(changed)
    for name in sorted(kept):
        value = system.initial[name]
        if isinstance(value, Word):
            system.known[name] = value.form
        else:
            system.frozen[name] = value
    system.slots = {n: s for n, s in system.slots.items() if n not in kept}
    system.passing = {n: v for n, v in passing.items() if n not in kept}
    system.passable = substitution.condition(system.passable)
    system.facts = [_restated(fact, substitution) for fact in system.facts]
    system.rules = rules
    for rule in system.rules:
        rule.updates = {n: v for n, v in rule.updates.items() if n not in kept}


def _initial_values(system: System, names: set[str]) -> Substitution:
    """The substitution of the fields' initial values for their unknowns, before and after time."""
    words: dict[str, Linear] = {}
    flags: dict[str, Condition] = {}
    for name in names:
        value = system.initial[name]
        for own in (name, name + MID):
            if isinstance(value, Word):
                words[own] = value.form
            elif isinstance(value, Truth):
                flags[own] = value.condition
            else:
                flags |= {f"{own}={i}": c for i, c in value.members.items()}
    return Substitution(system.arena, words, flags)


def _substituted(rule: Rule, substitution: Substitution) -> Rule:
    return Rule(
        rule.call,
        substitution.condition(rule.condition),
        {n: replace(substitution, v) for n, v in rule.updates.items()},
        {n: substitution.condition(c) for n, c in rule.targets.items()},
        rule.lines,
    )


def _restated(fact: Fact, substitution: Substitution) -> Fact:
    return Fact(fact.lemma, fact.args, substitution.condition(fact.condition))


def _everywhere(system: System, substitution: Substitution) -> None:
    """Apply a substitution to the passing of time and to every rule."""
    system.passing = {n: replace(substitution, v) for n, v in system.passing.items()}
    system.passable = substitution.condition(system.passable)
    system.facts = [_restated(fact, substitution) for fact in system.facts]
    rules = (_substituted(rule, substitution) for rule in system.rules)
    system.rules = [r for r in rules if r.condition is not system.arena.false]


def tie(system: System) -> None:
    """Replace words that only time moves, in proportion, by sums over the one of them that moves least."""
    words: dict[str, Linear] = {}
    followed: dict[str, None] = {}
    for movers in _movers(system).values():
        leaders: list[tuple[str, int]] = []
        for name, amount in sorted(movers, key=lambda mover: mover[1]):
            leader = next((x for x in leaders if amount % x[1] == 0), None)
            if leader is None:
                leaders.append((name, amount))
            else:
                words |= _following(system, name, leader[0], amount // leader[1])
                followed.setdefault(leader[0])
    tied = {name for name in system.slots if name in words}
    system.known |= {name: words[name] for name in sorted(tied)}
    _everywhere(system, Substitution(system.arena, words, {}))
    floors = {leader: _floor(system, leader) for leader in followed}
    system.floors = {name: floor for name, floor in floors.items() if floor is not None}
    if system.facts:
        numbered = enumerate(system.floors.values())
        system.facts += [Fact(NEVER_BACK, (n,), floor) for n, floor in numbered]
    system.slots = {n: s for n, s in system.slots.items() if n not in tied}
    system.passing = {n: v for n, v in system.passing.items() if n not in tied}


def _movers(system: System) -> dict[object, list[tuple[str, int]]]:
    """The words that only time moves, in groups that move in proportion, each with its share."""
    ruled = system.with_kin({name for rule in system.rules for name in rule.updates})
    movers: dict[object, list[tuple[str, int]]] = {}
    for name, slot in system.slots.items():
        passed = system.passing.get(name)
        if name in ruled or slot.field.kind != "word" or not isinstance(passed, Word):
            continue
        step = passed.form.plus(system.pre[name].form, -1)
        amount = gcd(step.constant, *(c for _, c in step.terms)) or 1
        least = Linear(tuple((a, c // amount) for a, c in step.terms), step.constant // amount)
        movers.setdefault(least.key, []).append((name, amount))
    return movers


def _following(system: System, name: str, leader: str, factor: int) -> dict[str, Linear]:
    """A field, before and after time has passed, as one that moves ``factor`` times as far as its leader."""
    distance = system.initial[name].form.plus(system.initial[leader].form, -factor)
    pairs = ((system.pre, name), (system.mid, name + MID))
    return {own: values[leader].form.times(factor).plus(distance) for values, own in pairs}


def _floor(system: System, leader: str) -> Condition | None:
    """The condition that a leader is at least its initial value; None where there is none to state.

    Below it, the fields that follow would have values that they never have. There is none to state where time
    may move the leader back, or where the leader's range says the same.
    """
    passed, now = system.passing[leader], system.pre[leader]
    assert isinstance(passed, Word) and isinstance(now, Word)
    least = passed.form.plus(now.form, -1).interval.lo
    floor = system.arena.at_most_zero(system.initial[leader].form.plus(now.form, -1))
    return None if least is None or least < 0 or floor is system.arena.true else floor


def inline(system: System) -> None:
    """Replace fields that time overwrites in each step, whatever their values were, by what it writes."""
    used = unknowns(_terms(system.passing.values()))
    used |= unknowns([system.passable])
    used |= unknowns([*(fact.condition for fact in system.facts), *system.floors.values()])
    words: dict[str, Linear] = {}
    for name, value in system.passing.items():
        if (
            isinstance(value, Word)
            and name not in used
            and not any(name in rule.updates for rule in system.rules)
        ):
            words[name + MID] = value.form
    _everywhere(system, Substitution(system.arena, words, {}))
    gone = {name for name in system.slots if name + MID in words}
    system.slots = {n: s for n, s in system.slots.items() if n not in gone}
    system.passing = {n: v for n, v in system.passing.items() if n not in gone}


def _terms(values: Iterable[Value]) -> list[Linear | Condition]:
    return [part for value in values for part in parts(value)]


def tighten(system: System) -> None:
    """Infer the range of every word field over all runs, and let it decide comparisons."""
    ranges = {
        name: system.initial[name].interval
        for name, slot in system.slots.items()
        if slot.field.kind == "word"
    }
    for _ in range(SAME_PASSES):
        grown = _step_ranges(system, ranges)
        changed = {n for n, r in grown.items() if (r.lo, r.hi) != (ranges[n].lo, ranges[n].hi)}
        if not changed:
            break
        ranges = grown
    else:
        return
    _everywhere(system, _narrowing(system, ranges))
    for values in (system.pre, system.mid):
        for name in ranges:
            values[name] = replace(_narrowing(system, ranges), values[name])


def _narrowing(system: System, ranges: Mapping[str, Interval]) -> Substitution:
    words = {}
    for name, known in ranges.items():
        for own in (name, name + MID):
            words[own] = system.arena.variable(own, known.lo, known.hi)
    return Substitution(system.arena, words, {})


def _step_ranges(system: System, ranges: Mapping[str, Interval]) -> dict[str, Interval]:
    """The ranges joined with what one more step makes of them, widened to the declared end."""
    narrow = _narrowing(system, ranges)
    found = dict(ranges)
    stores = [(n, v) for n, v in system.passing.items()]
    stores += [(n, v) for rule in system.rules for n, v in rule.updates.items()]
    for name, value in stores:
        if name in found:
            declared = system.slots[name].field
            stored = narrow.linear(value.form).interval & value.interval
            old = found[name]
            lower = stored.lo is None or old.lo is None or stored.lo < old.lo
            upper = stored.hi is None or old.hi is None or stored.hi > old.hi
            lo, hi = (declared.lo if lower else old.lo), (declared.hi if upper else old.hi)
            found[name] = Interval(lo, hi)
    return found


def replace(substitution: Substitution, value: Value) -> Value:
    """``value`` with the replacements made; ranges already known are kept."""
    if isinstance(value, Word):
        form = substitution.linear(value.form)
        return Word(value.arena, form, value.residue, value.interval)
    if isinstance(value, Truth):
        return Truth(value.arena, substitution.condition(value.condition))
    members = {i: substitution.condition(c) for i, c in value.members.items()}
    return Index(value.arena, members)


def slice_away(system: System, keep: Iterable[str] = ()) -> None:
    """Drop every field on which no guard, no target and no field in ``keep`` depends (cone of influence)."""
    owners: dict[str, str] = {}
    for name in system.slots:
        for values in (system.pre, system.mid):
            owners |= dict.fromkeys(unknowns(parts(values[name])), name)
    needed = {system.passable, *(r.condition for r in system.rules)}
    needed |= {c for r in system.rules for c in r.targets.values()}
    needed |= {fact.condition for fact in system.facts}
    open_terms: list[Linear | Condition] = list(needed)
    open_terms += [x for n in keep if n in system.slots for x in parts(system.pre[n])]
    kept: set[str] = set()
    while open_terms:
        new = {owners[u] for u in unknowns(open_terms) if u in owners} - kept
        kept |= new
        open_terms = []
        for name in new:
            for values in (system.passing, *(r.updates for r in system.rules)):
                if name in values:
                    open_terms += parts(values[name])
    system.slots = {n: s for n, s in system.slots.items() if n in kept}
    system.passing = {n: v for n, v in system.passing.items() if n in kept}
    for rule in system.rules:
        rule.updates = {n: v for n, v in rule.updates.items() if n in kept}
