"""Reports sweeps: a table of bounds for people, for spreadsheets and for documents, and a plot."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from vtsc.deciding.bound import Bound, Kind
from vtsc.deciding.sweep import Axis, Form, Formula, Values
from vtsc.report.bounds import Found, brief, json_document, number
from vtsc.report.text.wrapping import folded, hanging


@dataclass(frozen=True)
class Swept:
    """The bounds of one cell at every point of a sweep."""

    name: str
    """Design, host and measure."""
    axes: Sequence[Axis]
    bounds: Mapping[Values, Bound]
    formula: Formula | None = None
    """The formula that gives them all."""
    checked: Sequence[Values] = ()
    """Points beside the sweep at which the formula was checked."""

    @property
    def heads(self) -> list[str]:
        """The names of the parameters."""
        return [axis.parameter.name for axis in self.axes]

    def texts(self, values: Values) -> list[str]:
        """The values of a point as settings' texts."""
        return [axis.text(v) for axis, v in zip(self.axes, values, strict=True)]


def text(found: Found, swept: Sequence[Swept]) -> str:
    """A table for each cell, its formula below it."""
    parts = []
    for each in swept:
        rows = [[*each.texts(v), brief(b)] for v, b in each.bounds.items()]
        lines = [each.name, *_aligned([[*each.heads, "bound"], *rows])]
        parts.append("\n".join([*lines, *_told(each)]))
    return folded("\n\n".join(parts) + "\n")


def markdown(found: Found, swept: Sequence[Swept]) -> str:
    """The same as Markdown."""
    parts = []
    for each in swept:
        lines = [f"**{each.name}**", "", f"| {' | '.join([*each.heads, 'bound'])} |"]
        lines.append("|" + " --- |" * (len(each.heads) + 1))
        lines += [f"| {' | '.join([*each.texts(v), brief(b)])} |" for v, b in each.bounds.items()]
        told = " ".join(line.strip() for line in _told(each))
        parts.append("\n".join([*lines, *(["", told] if told else [])]))
    return "\n\n".join(parts) + "\n"


def as_csv(found: Found, swept: Sequence[Swept]) -> str:
    """The same as comma-separated values, one line for each cell and point."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["design", "host", "measure", *swept[0].heads, "kind", "bound", "unit"])
    for each in swept:
        for values, b in each.bounds.items():
            bound = "" if b.kind is Kind.UNBOUNDED else number(b.amount)
            start = [b.cell.design, b.cell.host, b.measure, *each.texts(values)]
            writer.writerow([*start, b.kind.value, bound, b.unit])
    return out.getvalue()


def as_json(found: Found, swept: Sequence[Swept]) -> str:
    """The bounds as one object, of the schema vtsc.bounds/1."""
    return json_document(found)


FORMATS: Mapping[str, Callable[[Found, Sequence[Swept]], str]] = {
    "text": text,
    "json": as_json,
    "csv": as_csv,
    "markdown": markdown,
}
"""The formats by name."""


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(c.rjust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows]


def _told(each: Swept) -> list[str]:
    """The formula in words, if there is one."""
    if each.formula is None:
        return []
    unit = next(iter(each.bounds.values())).unit
    checks = "; ".join(" ".join(_set(each, values)) for values in each.checked)
    told = f"formula: {_formula(each, each.formula)} {unit}, for these values"
    return hanging(f"{told}; also proved at {checks}" if checks else told)


def _set(each: Swept, values: Values) -> list[str]:
    return [f"{n}={t}" for n, t in zip(each.heads, each.texts(values), strict=True)]


def _formula(each: Swept, formula: Formula) -> str:
    if formula.above is None:
        return _form(each, formula.form)
    axis = each.axes[formula.axis]
    split = f"{axis.parameter.name} up to {axis.text(formula.up_to)}"
    return f"{_form(each, formula.form)} for {split}, above it {_form(each, formula.above)}"


def _form(each: Swept, form: Form) -> str:
    terms = [
        f"{'' if factor == 1 else f'{number(factor)} * '}{_in_unit(axis)}"
        for factor, axis in zip(form.factors, each.axes, strict=True)
        if factor
    ]
    if form.constant or not terms:
        terms.append(number(form.constant))
    return " + ".join(terms).replace("+ -", "- ")


def _in_unit(axis: Axis) -> str:
    unit = {"duration": "ns", "frequency": "kHz"}.get(axis.parameter.kind)
    return f"{axis.parameter.name}[{unit}]" if unit else axis.parameter.name


def plot(swept: Sequence[Swept], path: Path) -> None:
    """Draw the bounds over the first parameter, a line for each cell and value of the others.

    The file is SVG or PNG, as its name says. It needs matplotlib.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "vtsc"
    figure: Any = Figure(figsize=(7, 4.5), layout="constrained")
    axes: Any = figure.subplots()
    for label, line in _lines(swept):
        axes.plot([x for x, _ in line], [y for _, y in line], marker="o", label=label)
    first = swept[0]
    axes.set_xlabel(_in_unit(first.axes[0]))
    axes.set_ylabel(next(iter(first.bounds.values())).unit)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _lines(swept: Sequence[Swept]) -> list[tuple[str, list[tuple[float, float]]]]:
    """The lines of a plot: a label, and the points with an exact bound, or the least known one."""
    lines: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for each in swept:
        for values, b in each.bounds.items():
            others = " ".join(_set(each, values)[1:])
            least = "" if b.kind is Kind.EXACT else " (at least)"
            if b.amount is not None and b.kind in (Kind.EXACT, Kind.AT_LEAST):
                label = f"{each.name} {others}".strip() + least
                lines.setdefault(label, []).append((values[0], b.amount))
    return [(k, [(float(x), float(y)) for x, y in sorted(v)]) for k, v in lines.items()]
