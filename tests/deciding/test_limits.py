"""What a budget pays for, in the order in which cases are asked about."""

from dataclasses import replace

import pytest

from vtsc.content.budget import Budget
from vtsc.content.cells import Cell
from vtsc.deciding.limits import accounted, limit_of
from vtsc.deciding.verdict import Result, Status
from vtsc.language.parameters import Settings

BLANK = Result(Cell("a", "b", "c", Settings({}, {})), Status.PROVED, 0, "lemmas", 0.0)


def costing(*units):
    """Cases of one cell each that cost so much."""
    return [[replace(BLANK, units=n)] for n in units]


def told(results):
    """Verdicts, or the reasons for none."""
    return [r.reason or r.text for of_case in results for r in of_case]


@pytest.mark.parametrize(
    ("in_all", "wanted"),
    [
        (None, ["PROVED"] * 3),
        (61, ["PROVED"] * 3),
        (60, ["PROVED", "PROVED", "spent the 30 units that were left of 60 in all"]),
        (31, ["PROVED", "PROVED", "spent the 1 units that were left of 31 in all"]),
        (
            29,
            [
                "PROVED",
                "spent the 19 units that were left of 29 in all",
                "spent 0 units, since nothing was left of 29 in all",
            ],
        ),
    ],
)
def test_the_first_cases_are_paid_first(in_all, wanted):
    """The first case that is too expensive is UNKNOWN, and all after it are, also cheap ones."""
    assert told(accounted(costing(10, 20, 30), in_all)) == wanted


def test_it_does_not_depend_on_where_a_case_was_stopped():
    """A case that was stopped has spent at least what was left; the rest of what it did says nothing."""
    stopped = replace(BLANK, status=Status.UNKNOWN, units=25, reason="spent 25 units", late=True)
    one = accounted([*costing(10), [stopped], *costing(5)], 29)
    assert told(one) == told(accounted(costing(10, 999, 5), 29))


def test_an_error_stays_one():
    """No budget turns an error into something that is merely unknown."""
    error = replace(BLANK, status=Status.ERROR, reason="model/x.py:1: wrong")
    assert told(accounted([*costing(10), [error]], 10))[1] == "model/x.py:1: wrong"


def test_the_limit_of_a_piece_of_work():
    """Cells that are decided together share their budgets; what they have spent is taken off."""
    limit = limit_of(Budget(per_cell=100), 2, 30, None)
    assert (limit.units, limit.late) == (170, False)
    assert limit.reason(171) == "spent 201 units of 200 for 2 cells together"
    assert limit_of(Budget(per_cell=100), 1, 0, 40) == replace(
        limit_of(Budget(in_all=1), 1, 0, 40), late=True
    )
    assert limit_of(Budget(), 1, 5, None).units is None
    timed = limit_of(Budget(seconds_per_cell=3), 1, 0, None)
    assert timed.over(12) == "stopped after 3 s; spent 12 units"
