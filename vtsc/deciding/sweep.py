"""Sweeps: the bounds of a cell at many values of some parameters, and a formula that gives them all.

A formula is looked for among linear forms in the parameters, over the whole sweep or over two parts of it
that one value of one parameter separates. Half of the points determine its coefficients, which are fractions.
It is shown only if it gives the other half of the points, too, and the bounds at values between the points,
which are found for this purpose. All of these bounds are exact, so each has a proof.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from vtsc.base.errors import UsageError
from vtsc.language.parameters import Parameter

MOST = 1000
"""The greatest number of points of a sweep."""

Values = tuple[Fraction, ...]
"""The values of the parameters that are swept, in their own units, in order."""


@dataclass(frozen=True)
class Axis:
    """A parameter that is swept, and its values, ascending."""

    parameter: Parameter
    values: tuple[Fraction, ...]

    def text(self, value: Fraction) -> str:
        """A value as a setting's text."""
        whole = self.parameter.kind in ("integer", "frequency")
        return str(self.parameter.text(int(value) if whole else value))


def axes(asked: Sequence[str], parameters: Mapping[str, Parameter]) -> list[Axis]:
    """The axes of ``NAME=A,B,...`` or ``NAME=A..B:STEP`` each; raises `UsageError`."""
    found = [_axis(each, parameters) for each in asked]
    names = [each.parameter.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--sweep {name}: it is given twice")
    count = len([*points(found)])
    if count > MOST:
        raise UsageError(f"--sweep: {count} points are more than {MOST}")
    return found


def points(axes: Sequence[Axis]) -> Iterator[Values]:
    """Every combination of values, the last parameter varying fastest."""
    return product(*(axis.values for axis in axes))


def _axis(asked: str, parameters: Mapping[str, Parameter]) -> Axis:
    name, equals, listed = asked.partition("=")
    parameter = parameters.get(name)
    if not equals or not listed:
        raise UsageError(f"--sweep {asked}: expected NAME=A,B,... or NAME=A..B:STEP")
    if parameter is None:
        raise UsageError(f"--sweep {asked}: unknown parameter {name}")
    if parameter.kind == "choice":
        raise UsageError(f"--sweep {asked}: {name} has no numbers as values")
    values = dict.fromkeys(v for part in listed.split(",") for v in _values(part, parameter, asked))
    return Axis(parameter, tuple(sorted(values)))


def _values(part: str, parameter: Parameter, asked: str) -> Iterator[Fraction]:
    """The values of one item of a list: a value, or a range with a step."""
    first, dots, rest = part.partition("..")
    if not dots:
        yield _held(parameter, part, asked)
        return
    last, colon, step = rest.partition(":")
    size = parameter.number(step) if colon else None
    if not size:
        raise UsageError(f"--sweep {asked}: {part}: expected A..B:STEP, the step above 0")
    value, end = _held(parameter, first, asked), _held(parameter, last, asked)
    if end < value or (end - value) / Fraction(size) >= MOST:
        raise UsageError(f"--sweep {asked}: {part}: from 1 to {MOST} values are accepted")
    while value <= end:
        yield value
        value += Fraction(size)


def _held(parameter: Parameter, text: str, asked: str) -> Fraction:
    value = parameter.parse(text)
    if value is None:
        raise UsageError(f"--sweep {asked}: {text} is no number")
    return Fraction(value)


# formulas


@dataclass(frozen=True)
class Form:
    """A linear form: a factor for each parameter, and a constant."""

    factors: tuple[Fraction, ...]
    constant: Fraction

    def at(self, values: Values) -> Fraction:
        """Its value."""
        terms = (f * v for f, v in zip(self.factors, values, strict=True))
        return sum(terms, self.constant)


@dataclass(frozen=True)
class Formula:
    """A linear form, or two: one up to a value of a parameter, by its number, and one above it."""

    form: Form
    above: Form | None = None
    axis: int = 0
    up_to: Fraction = Fraction(0)

    def at(self, values: Values) -> Fraction:
        """Its value."""
        if self.above is not None and values[self.axis] > self.up_to:
            return self.above.at(values)
        return self.form.at(values)


Known = Sequence[tuple[Values, Fraction]]
"""Points with the bound at each."""


def formula(known: Known) -> Formula | None:
    """The formula that gives every one of ``known``; None where there is none, or too few points."""
    if not known:
        return None
    whole = _fitted(known)
    if whole is not None:
        return Formula(whole)
    for axis in range(len(known[0][0])):
        for split in sorted({values[axis] for values, _ in known})[:-1]:
            low = _fitted([x for x in known if x[0][axis] <= split])
            high = _fitted([x for x in known if x[0][axis] > split])
            if low is not None and high is not None:
                return Formula(low, high, axis, split)
    return None


Exactly = Mapping[Values, Fraction | None]
"""The bound at each point; None where it is not exact."""


def proved_formula(
    axes: Sequence[Axis], found: Exactly, ask: Callable[[Sequence[Values]], Exactly]
) -> tuple[Formula | None, tuple[Values, ...]]:
    """The formula of a sweep, and the points beside it at which it was checked; none where it is not proved.

    Every bound has to be exact, and there have to be points beside the sweep, whose bounds ``ask`` gives: the
    formula was not made from these.
    """
    known = [(values, amount) for values, amount in found.items() if amount is not None]
    form, beside = formula(known), tuple(between(axes))
    if form is None or not beside or len(known) != len(found):
        return None, ()
    right = all(form.at(values) == amount for values, amount in ask(beside).items())
    return (form, beside) if right else (None, ())


def between(axes: Sequence[Axis]) -> list[Values]:
    """Points that are not in the sweep: in the middle between the first two and the last two values."""
    found = []
    for first, second in ((0, 1), (-2, -1)):
        if all(len(axis.values) > 1 for axis in axes):
            found.append(tuple((a.values[first] + a.values[second]) / 2 for a in axes))
    return [
        values
        for values in dict.fromkeys(found)
        if all(
            axis.parameter.kind in ("duration", "ratio") or v.denominator == 1
            for axis, v in zip(axes, values, strict=True)
        )
    ]


def _fitted(known: Known) -> Form | None:
    """The linear form that every other point determines and that gives all of them; None without one."""
    chosen = known[::2] if len(known) > 2 * (len(known[0][0]) + 1) else known
    width = len(known[0][0]) + 1
    if len(known) <= width:  # nothing would be left to check the form with
        return None
    rows = [[*values, Fraction(1), value] for values, value in chosen]
    solution = _solved(rows, width)
    if solution is None:
        return None
    form = Form(tuple(solution[:-1]), solution[-1])
    return form if all(form.at(values) == value for values, value in known) else None


def _solved(rows: list[list[Fraction]], width: int) -> list[Fraction] | None:
    """The solution of linear equations, 0 for unknowns that are free; None where there is none."""
    pivots: list[int] = []
    for column in range(width):
        at = len(pivots)
        row = next((r for r in range(at, len(rows)) if rows[r][column]), None)
        if row is None:
            continue
        rows[at], rows[row] = rows[row], rows[at]
        scale = rows[at][column]
        rows[at] = [x / scale for x in rows[at]]
        for other in range(len(rows)):
            if other != at and rows[other][column]:
                factor = rows[other][column]
                pairs = zip(rows[other], rows[at], strict=True)
                rows[other] = [x - factor * y for x, y in pairs]
        pivots.append(column)
    if any(row[-1] for row in rows[len(pivots) :]):
        return None
    found = [Fraction(0)] * width
    for number, column in enumerate(pivots):
        found[column] = rows[number][-1]
    return found
