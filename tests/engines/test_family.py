"""Families of runs: as long as terms show, ended by inputs' ranges alone, and no input named in vain."""

import pytest

from vtsc.content.case import Case
from vtsc.engines.search.climb import Climbing
from vtsc.engines.search.family import ENDING, NEAR, Family
from vtsc.evidence.systems import Systems
from vtsc.language.words import INPUT_LIMIT

CELLS = [
    ("2.6.37", "slow", "bounded_lag", 1),
    ("patch25", "cstate", "bounded_lead", 1),
    ("2.6.35-vmx", "slow", "bounded_lag", 1),
    ("2.6.37", "fast", "timer_lateness", 1),
]


def grown(first: int, last: int, least: int = 0) -> Family:
    """Runs in which one input grows by 1 from ``first``, beside one that stays near the end of its range."""
    place, other = (3, "dt"), (2, "word")
    return Family((0,), {place: first, other: INPUT_LIMIT - 1}, {place: 1}, last, least, 1)


def test_an_input_that_goes_through_most_of_its_range_ends_a_family():
    """Whatever the measure is at first."""
    assert grown(0, ENDING).is_endless and not grown(0, ENDING - 1).is_endless


def test_a_great_measure_is_not_enough():
    """An input that grows has to come near the end of its range; one that stays there says nothing."""
    assert grown(NEAR - 5, 5, ENDING).is_endless
    assert not grown(NEAR - 5, 4, ENDING).is_endless
    assert not grown(NEAR - 5, 5, ENDING - 1).is_endless


def test_an_input_may_be_counted_in_thousands():
    """Its range is measured in units."""
    family = Family((0,), {(0, "dt*1000"): 0}, {(0, "dt*1000"): 1}, ENDING // 1000 + 1, 0, 1000)
    assert family.is_endless
    assert family.moved(7).inputs(0) == family.inputs(7) and family.moved(7).least == 7000


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_no_input_is_named_in_vain(content, cell):
    """Without any of them there is no endless family, and no member can be added on either side."""
    design, host, prop, sign = cell
    case = Case(content, design, host, content.resolve(design, prop, {}))
    system, field = Systems(case).recording(prop, sign)
    found = Climbing(system, prop, field).to(10)
    family, along = found.family, found.along
    assert family is not None and family.is_endless
    for place in family.direction:
        fewer = {p: stride for p, stride in family.direction.items() if p != place}
        other = along._as_family(family.first, fewer, family.last) if fewer else None
        assert other is None or not other.is_endless
    assert along._holds(family, family.last)
    assert not along._holds(family, family.last + 1)
    assert not along._holds(family.moved(-1), family.last + 1)
