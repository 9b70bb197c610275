"""Fields as unknowns: a fresh symbolic value of a field, and a stored value in symbolic form."""

from collections.abc import Mapping

from vtsc.language.state import Field, Value
from vtsc.stores.records import shown
from vtsc.symbolic.names import member
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Index, Truth, Word, lift_index, lift_truth, lift_word


class RangeError(Exception):
    """A store whose value cannot be shown to lie in the field's range: the model is wrong."""


def unknown(field: Field, arena: Arena, name: str, sizes: Mapping[str, int]) -> Value:
    """A fresh symbolic value of ``field``, made of unknowns called ``name``."""
    if field.kind == "flag":
        return Truth(arena, arena.flag(name))
    if field.kind == "index":
        domain = field.domain(sizes)
        return Index(arena, {i: arena.flag(member(name, i)) for i in domain})
    if field.kind == "u64":
        return Word(arena, arena.variable(name, None, None, residue=True), residue=True)
    return Word(arena, arena.variable(name, field.lo, field.hi), ghost=field.ghost)


def lifted(field: Field, arena: Arena, value: Value, sizes: Mapping[str, int]) -> Value:
    """``value`` in symbolic form; raises `RangeError` when it may not fit ``field``."""
    if field.kind == "flag":
        if not isinstance(value, (Truth, bool)):
            raise RangeError(f"{shown(value)} is no truth value")
        return Truth(arena, lift_truth(arena, value))
    if field.kind == "index":
        domain = field.domain(sizes)
        if not isinstance(value, (Index, int)):
            raise RangeError(f"{shown(value)} is no number")
        members = value.members if isinstance(value, Index) else {value}
        if not set(members) <= set(domain):
            raise RangeError(f"{sorted(members)} does not fit {domain}")
        return lift_index(arena, value, domain)
    if isinstance(value, bool) or not isinstance(value, (int, Word)):
        raise RangeError(f"{shown(value)} is no number")
    word = lift_word(arena, value)
    if field.kind == "u64":
        return Word(arena, word.form, residue=True)
    if word.residue or not word.interval.within(field.lo, field.hi or 0):
        raise RangeError(f"a value in {word.interval} does not fit [{field.lo}, {field.hi}]")
    return word
