"""Families of runs: as long as terms show, ended by inputs' ranges alone, and no input named in vain."""

from functools import partial

import pytest

from vtsc.content.case import Case
from vtsc.engines.search.climb import Climbing
from vtsc.engines.search.family import Family
from vtsc.evidence.replay import beyond, hit_of
from vtsc.evidence.systems import Systems

CELLS = [
    ("2.6.37", "slow", "bounded_lag", 1),
    ("patch25", "cstate", "bounded_lead", 1),
    ("2.6.35-vmx", "slow", "bounded_lag", 1),
    ("2.6.37", "fast", "timer_lateness", 1),
]


def climbing(case: Case, prop: str, sign: int = 1) -> Climbing:
    """A search whose families are ended by plain runs."""
    system, field = Systems(case).recording(prop, sign)
    return Climbing(system, prop, field, partial(beyond, case, prop))


def test_members_are_numbered_from_any_of_them():
    """The first one is what was the seventh."""
    family = Family((0,), {(0, "dt*1000"): 0}, {(0, "dt*1000"): 1}, 10**9, 0, 1000)
    assert family.moved(7).inputs(0) == family.inputs(7) and family.moved(7).least == 7000


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_no_input_is_named_in_vain(content, cell):
    """Without any of them there is no endless family, and no member can be added on either side."""
    design, host, prop, sign = cell
    case = Case(content, design, host, content.resolve(design, prop, {}))
    found = climbing(case, prop, sign).to(10)
    family, along = found.family, found.along
    assert family is not None and along._is_endless(family, None)
    for place in family.direction:
        fewer = {p: stride for p, stride in family.direction.items() if p != place}
        other = along._as_family(family.first, fewer, family.last) if fewer else None
        assert other is None or not along._is_endless(other, None)
    assert along._holds(family, family.last)
    assert not along._holds(family, family.last + 1)
    assert not along._holds(family.moved(-1), family.last + 1)


@pytest.mark.slow
@pytest.mark.parametrize(("longest", "ends"), [("none", True), ("1000000000s", False)])
def test_only_the_range_of_inputs_ends_a_family(content, longest, ends):
    """A time slice of a fifth of that range is a limit of the model: the lag has a bound, and no family."""
    settings = content.resolve("2.6.37", "bounded_lag", {"timeslice": longest})
    case = Case(content, "2.6.37", "slow", settings)
    found = climbing(case, "bounded_lag").to(6)
    assert (found.family is not None) is ends
    if found.family is not None:
        member, beyond_it = (
            found.along.run(found.family.inputs(found.family.last + n)) for n in (0, 1)
        )
        assert not beyond(case, "bounded_lag", member)
        assert hit_of(case, f"bounded_lag_at_most_{found.value - 1}", member) == len(member.calls)
        assert beyond(case, "bounded_lag", beyond_it)
    else:
        assert found.value == 10**18 // 2 and not found.reason
