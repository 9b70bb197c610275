"""Sweeps: their values, and formulas that give every bound that is known."""

from fractions import Fraction as F

import pytest

from model.parameters import PARAMETERS
from vtsc.base.errors import UsageError
from vtsc.deciding.sweep import Form, Formula, axes, between, formula, points, proved_formula


def test_lists_and_ranges():
    """Values ascend and are listed once; the last parameter varies fastest."""
    found = axes(["timeslice=2ms,1ms,1ms..3ms:1ms", "rdtsc_cycles=0,5"], PARAMETERS)
    assert [a.parameter.name for a in found] == ["timeslice", "rdtsc_cycles"]
    every = [*points(found)]
    assert every[:3] == [(F(10**6), F(0)), (F(10**6), F(5)), (F(2 * 10**6), F(0))]
    assert len(every) == 6
    assert found[0].text(every[0][0]) == "1ms" and found[1].text(every[1][1]) == "5"


@pytest.mark.parametrize("text", ["timeslice=1ms..2us:1us", "timeslice=1ns..1s:1ns", "x=1"])
def test_what_is_no_sweep(text):
    """An empty range, too many values, and no parameter of the model."""
    with pytest.raises(UsageError, match="--sweep"):
        axes([text], PARAMETERS)


def test_a_plane_is_found():
    """From some of the points, if it gives the others."""
    known = [((F(x), F(y)), F(x, 2) + 3 * y - 1) for x in range(4) for y in range(3)]
    assert formula(known) == Formula(Form((F(1, 2), F(3)), F(-1)))


def test_two_pieces_are_found():
    """The one up to a value of the parameter is another than the one above it."""
    known = [((F(x),), F(max(5, 2 * x))) for x in range(8)]
    found = formula(known)
    assert found is not None and found.above is not None
    assert all(found.at(values) == value for values, value in known)
    assert found.at((F(100),)) == 200 and found.at((F(-1),)) == 5


def test_no_formula():
    """A square is none, and so few points say nothing."""
    assert formula([((F(x),), F(x * x)) for x in range(8)]) is None
    assert formula([((F(1),), F(1)), ((F(2),), F(2))]) is None
    assert formula([]) is None


def test_points_between():
    """In the middle of the first two and of the last two; whole where the parameter is whole."""
    assert between(axes(["timeslice=1ms,2ms,4ms"], PARAMETERS)) == [(F(1500000),), (F(3000000),)]
    assert between(axes(["rdtsc_cycles=1,2,4"], PARAMETERS)) == [(F(3),)]


def test_a_formula_is_shown_only_where_it_is_right_beside_the_sweep():
    """It has to give bounds that it was not made from, and every bound of the sweep has to be exact."""
    ranges = axes(["timeslice=1ms,2ms,3ms,4ms,5ms"], PARAMETERS)
    found = {values: values[0] / 2 for values in points(ranges)}

    def half(beside):
        return {values: values[0] / 2 for values in beside}

    form, checked = proved_formula(ranges, found, half)
    assert form == Formula(Form((F(1, 2),), F(0))) and checked == tuple(between(ranges))
    assert proved_formula(ranges, found, lambda beside: dict.fromkeys(beside, F(7))) == (None, ())
    assert proved_formula(ranges, found, lambda beside: dict.fromkeys(beside)) == (None, ())
    assert proved_formula(ranges, {**found, next(points(ranges)): None}, half) == (None, ())


def test_without_points_beside_it_there_is_no_formula():
    """Whole numbers that follow each other have none between them."""
    ranges = axes(["rdtsc_cycles=0..5:1"], PARAMETERS)
    found = {values: values[0] for values in points(ranges)}
    assert formula([*found.items()]) is not None
    assert proved_formula(ranges, found, lambda beside: {}) == (None, ())
