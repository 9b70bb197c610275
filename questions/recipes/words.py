"""Durations, calls and values as recipes and reports write them."""

from questions.recipes.reading.values import UNITS
from questions.recipes.script import Literal, Now, Op, Part, Saved, Step, Value


def duration(ns: int) -> str:
    """A duration in the greatest unit of which it has whole ones; 0 has none."""
    if ns == 0:
        return "0"
    sign, ns = ("-" if ns < 0 else ""), abs(ns)
    for unit in ("h", "s", "ms", "us"):
        if ns % UNITS[unit] == 0:
            return f"{sign}{ns // UNITS[unit]}{unit}"
    return f"{sign}{ns}ns"


def rough(ns: int) -> str:
    """A duration with about four digits, for people."""
    for unit in ("s", "ms", "us"):
        size = UNITS[unit]
        if abs(ns) >= size:
            return f"{ns // size}{unit}" if abs(ns) >= 10**4 * size else f"{ns / size:.4g}{unit}"
    return f"{ns}ns" if ns else "0"


def call(step: Step) -> str:
    """A call as a recipe writes it."""
    fields = [
        name if given is None else f"{name}={value(given)}" for name, given in step.call.fields
    ]
    told = [step.call.name, *fields]
    if step.call.into:
        told += ["as", step.call.into]
    if step.call.on:
        told.append(f"on={step.call.on}")
    if step.call.errno:
        told += ["->", step.call.errno]
    return " ".join(told)


def value(given: Value) -> str:
    """A value as a recipe writes it."""
    if isinstance(given, Literal):
        return str(given.value)
    if isinstance(given, Saved | Now):
        name = "saved" if isinstance(given, Saved) else "now"
        return name if given.vcpu is None else f"{name}(v{given.vcpu})"
    if isinstance(given, Part):
        return f"{given.record}.{given.name}"
    assert isinstance(given, Op)
    right = value(given.right)
    return f"{value(given.left)} {given.operator} {f'({right})' if isinstance(given.right, Op) else right}"
