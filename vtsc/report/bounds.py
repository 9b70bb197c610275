"""Reports bounds of measures, for people and for programs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.deciding.bound import Bound, Endless, Kind, Moving
from vtsc.language.words import spelled
from vtsc.report.document import document
from vtsc.report.text.counterexample import counterexample
from vtsc.report.text.wrapping import folded, hanging

SCHEMA = "vtsc.bounds/1"
EXACT = 1 << 53
"""Numbers beyond this are texts in JSON."""


@dataclass(frozen=True)
class Found:
    """The bounds of the cells that were asked about."""

    content: Content
    bounds: Sequence[Bound]


def text(found: Found) -> str:
    """The report for people: for a single cell the run that has the value, then a few lines for each cell."""
    parts = [_run(found.content, each) for each in found.bounds if len(found.bounds) == 1]
    lines = [line for each in found.bounds for line in _lines(found.content, each)]
    return folded("\n".join([*(p for p in parts if p), *lines]) + "\n")


def _run(content: Content, found: Bound) -> str:
    if found.trace is None or found.run is None:
        return ""
    whole = counterexample(content, found.trace, found.run)
    verdict = f"\n\n{whole.rstrip().splitlines()[-1]}"
    return whole.rstrip().removesuffix(verdict) + "\n"


def _lines(content: Content, found: Bound) -> list[str]:
    cell = found.cell
    sets = "".join(f" {k}={v}" for k, v in changed(content, cell).items())
    return hanging(f"{cell.design} {cell.host}{sets} {found.measure}: {said(found)}")


def changed(content: Content, cell: Cell) -> dict[str, int | str]:
    """The settings of a cell that are not the property's defaults."""
    return content.changed(cell.design, cell.property, cell.settings)


def said(found: Bound) -> str:
    """The answer in words."""
    if found.kind is Kind.ERROR:
        return f"ERROR: {found.reason}"
    if found.value is None:
        return f"UNKNOWN: {found.reason}"
    value = amount(found.amount, found.unit)
    if found.kind is Kind.EXACT and found.proof is None:
        return f"exactly {value} (a run has it, and {found.reason})"
    if found.kind is Kind.EXACT:
        assert found.proof is not None
        only = found.proof.certificate.only if found.proof.certificate is not None else ""
        sizes = f"; for these sizes only, since {only}" if only else ""
        return f"exactly {value} (a run has it, and a proof says that none has more{sizes})"
    if found.kind is Kind.AT_LEAST:
        return f"at least {value}; {found.reason}"
    assert found.endless is not None
    return f"unbounded {_endlessly(found, found.endless)}"


def brief(found: Bound) -> str:
    """The answer in a few words, for a table."""
    if found.kind is Kind.EXACT:
        return amount(found.amount, found.unit)
    if found.kind is Kind.UNBOUNDED and found.endless is not None:
        return f"unbounded by {'repetition' if found.endless.loop else 'an input'}"
    if found.kind is Kind.AT_LEAST and found.value is not None:
        return f"at least {amount(found.amount, found.unit)}"
    return said(found)


def _endlessly(found: Bound, endless: Endless) -> str:
    gain = amount(Fraction(endless.gain) / found.parts, found.unit)
    last = amount(Fraction(endless.most) / found.parts, found.unit)
    if endless.loop is not None:
        first, end = endless.loop
        return (
            f"by repetition: steps {first} to {end} can be repeated, each time for {gain} more, until "
            f"an input leaves its range after {endless.members} turns, at {last}"
        )
    named = ", ".join(_moving(each) for each in endless.inputs)
    word = "input" if len(endless.inputs) == 1 else "inputs"
    return (
        f"by the {word} {named}: each value further adds {gain}, up to {last}, "
        "where the range of inputs ends"
    )


def amount(value: Fraction | None, units: str) -> str:
    """A value with its unit, in the singular for one of a unit that has a singular of its own."""
    one = value == 1 and len(units) > len("ns")
    return f"{shown(value)} {units.removesuffix('s') if one else units}"


def _moving(each: Moving) -> str:
    return f"{each.name} of step {each.step}" if each.step else f"{each.name} at the start"


def shown(value: Fraction | None) -> str:
    """A number for people: as `number` gives it, but for one that is near a power of two."""
    if value is None or value.denominator != 1:
        return number(value)
    return spelled(value.numerator)


def number(value: Fraction | None) -> str:
    """A number as a decimal where it is one, else as a fraction."""
    if value is None:
        return "none"
    if value.denominator == 1:
        return str(value.numerator)
    rest, digits = value.denominator, 0
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        rest //= 10 if rest % 10 == 0 else 2 if rest % 2 == 0 else 5
        digits += 1
    if rest != 1:
        return str(value)
    sign, whole = "-" if value < 0 else "", abs(value * 10**digits).numerator
    scaled = f"{whole // 10**digits}.{whole % 10**digits:0{digits}d}".rstrip("0")
    return sign + scaled


def json_document(found: Found) -> str:
    """One object, of the schema vtsc.bounds/1."""
    return document(SCHEMA, found.content, [_result(each) for each in found.bounds])


def _result(found: Bound) -> dict[str, Any]:
    proof = found.proof.certificate if found.proof is not None else None
    return {
        "design": found.cell.design,
        "host": found.cell.host,
        "measure": found.measure,
        "property": found.cell.property,
        "params": found.cell.settings.texts(),
        "kind": found.kind.value,
        "bound": None if found.kind is Kind.UNBOUNDED else _number(found.amount),
        "unit": found.unit,
        "reached": _number(found.amount),
        "by": None if found.endless is None else _grown(found, found.endless),
        "depth": found.depth,
        "reason": found.reason,
        "trace": found.trace.as_json() if found.trace is not None else None,
        "certificate": proof.place.as_posix() if proof is not None else None,
    }


def _grown(found: Bound, endless: Endless) -> dict[str, Any]:
    """The way in which a measure grows without a bound."""
    return {
        "gain": _number(Fraction(endless.gain) / found.parts),
        "members": _number(Fraction(endless.members)),
        "most": _number(Fraction(endless.most) / found.parts),
        "inputs": [{"step": x.step, "name": x.name} for x in endless.inputs],
        "loop": list(endless.loop) if endless.loop is not None else None,
    }


def _number(value: Fraction | None) -> int | str | None:
    if value is None:
        return None
    if value.denominator == 1 and abs(value) <= EXACT:
        return value.numerator
    return number(value)


def markdown(found: Found) -> str:
    """A table: a row for each design, with what its cells set, and a column for each host."""
    rows: dict[str, dict[str, str]] = {}
    for each in found.bounds:
        sets = "".join(f" {k}={v}" for k, v in changed(found.content, each.cell).items())
        rows.setdefault(f"{each.cell.design}{sets}", {})[each.cell.host] = brief(each)
    hosts = list(dict.fromkeys(each.cell.host for each in found.bounds))
    lines = [
        f"| {found.bounds[0].measure} | {' | '.join(hosts)} |",
        "|" + " --- |" * (len(hosts) + 1),
    ]
    for name, own in rows.items():
        lines.append(f"| `{name}` | {' | '.join(own.get(host, '') for host in hosts)} |")
    return "\n".join(lines) + "\n"


FORMATS: Mapping[str, Callable[[Found], str]] = {
    "text": text,
    "json": json_document,
    "markdown": markdown,
}
"""The formats by name."""
