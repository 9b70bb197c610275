"""A system in which the guest reads a constant less: for mutants that only change the start of a TSC."""

from dataclasses import replace
from typing import Any

from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition, Linear, Variable, walk
from vtsc.symbolic.terms import Substitution
from vtsc.symbolic.values import Truth, Word
from vtsc.system.simplify import replace as replaced
from vtsc.system.system import Fact, Rule, System

SHIFTED = ("tsc_offset", "tsc_at_creation", "last_tsc_offset")
"""Fields that move with what the guest reads."""
ONCE_SEEN = {"last": "seen"}
"""Ghosts that move from the first read on, with the flag that says that there was one."""
FIRST = "vcpu0.tsc_offset"
"""The field whose initial value gives the constant."""


def shifted(system: System, like: System) -> System:
    """``system`` with a constant taken from all that the guest reads, by which it starts ``like`` another.

    A run of the result is a run of ``system`` with the constant taken from the fields that move with what the
    guest reads. All claims are about differences of such fields.
    """
    arena = system.arena
    theirs = like.initial[FIRST]
    own = system.initial[FIRST]
    assert isinstance(theirs, Word) and isinstance(own, Word)
    inputs = {
        x.name: arena.variable(x.name, x.interval.lo, x.interval.hi, x.residue)
        for x in walk([theirs.form])
        if isinstance(x, Variable)
    }
    shift = own.form.plus(Substitution(arena, inputs, {}).linear(theirs.form), -1)

    def less(name: str, form: Linear, seen: Condition, sign: int) -> Linear:
        """A field's form less the shift, or for ``sign`` 1 with it, where the field moves with reads."""
        last = name.rpartition(".")[2]
        if last in ONCE_SEEN:
            return arena.choice(seen, form.plus(shift, sign), form)
        return form.plus(shift, sign) if last in SHIFTED else form

    words: dict[str, Linear] = {}
    for state in (system.pre, system.mid):
        for name, value in state.items():
            if _moves(name) and isinstance(value, Word) and value.form.terms:
                ((atom, factor),) = value.form.terms
                assert isinstance(atom, Variable) and (factor, value.form.constant) == (1, 0)
                words[atom.name] = less(name, value.form, _seen(state, name, arena.true), 1)
    there = Substitution(arena, words, {})

    def outcome(rule: Rule) -> dict[str, Value]:
        after = {n: replaced(there, v) for n, v in {**system.mid, **rule.updates}.items()}
        changed = {n for n in system.slots if n in rule.updates or _flag(n) in rule.updates}
        values = {}
        for name in sorted(changed):
            value = after[name]
            if _moves(name) and isinstance(value, Word):
                form = less(name, value.form, _seen(after, name, arena.true), -1)
                value = Word(arena, form, value.residue)
            values[name] = value
        return values

    initial = {
        n: Word(arena, less(n, v.form, _seen(system.initial, n, arena.true), -1), v.residue)
        if _moves(n) and isinstance(v, Word)
        else v
        for n, v in system.initial.items()
    }
    assert not any(map(_moves, system.passing)), "time moves what the guest has read"
    return replace(
        system,
        initial=initial,
        facts=[Fact(f.lemma, f.args, there.condition(f.condition)) for f in system.facts],
        rules=[
            replace(
                rule,
                condition=there.condition(rule.condition),
                updates=outcome(rule),
                targets={n: there.condition(c) for n, c in rule.targets.items()},
            )
            for rule in system.rules
        ],
    )


def _moves(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last in SHIFTED or last in ONCE_SEEN


def _flag(name: str) -> str:
    """The flag of a ghost in `ONCE_SEEN`; of any other field, its own name."""
    record, _, last = name.rpartition(".")
    return f"{record}.{ONCE_SEEN[last]}" if last in ONCE_SEEN else name


def _seen(state: Any, name: str, otherwise: Condition) -> Condition:
    """The condition that a ghost's flag holds in a state."""
    value = state.get(_flag(name)) if _flag(name) != name else None
    return value.condition if isinstance(value, Truth) else otherwise
