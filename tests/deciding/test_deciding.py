"""Cells are begun by the group and finished one by one: what is left open, and what a failure takes along."""

import pickle
from dataclasses import replace

import pytest

from tests.support.cases import case_of_group, decide_group
from vtsc.content.cells import groups
from vtsc.deciding.guarded import Open
from vtsc.deciding.plan import begin, finish
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort


class _Unfit:
    """A property whose monitor cannot be run."""

    def __init__(self, fine):
        self._fine = fine
        self.name = "unfit"

    def __getattr__(self, name):
        return getattr(self._fine, name)

    def answer(self, *_):
        """What every step calls."""
        raise ArithmeticError("cannot be observed")


@pytest.mark.hours
@pytest.mark.slow
def test_what_lemmas_leave_open_goes_from_process_to_process(content):
    """On this host two of three claims are proved; the other is finished from what a pipe can carry."""
    names = ["monotonic", "bounded_lag", "bounded_lead"]
    (group,) = groups(content, ["patch25"], ["fast"], names, {})
    case = case_of_group(content, group)
    begun = begin(case, group.properties, 6, Effort.USUAL)
    texts = [None if isinstance(x, Open) else x.text for x in begun]
    assert texts == ["PROVED", "PROVED", None]
    (left,) = (x for x in begun if isinstance(x, Open))
    assert left.lemmas and left.sometimes
    result = finish(case, pickle.loads(pickle.dumps(left)), 6, Effort.USUAL)
    assert result.status is Status.VIOLATED
    alone = finish(case, replace(left, lemmas=()), 6, Effort.USUAL)
    assert alone.trace == result.trace


@pytest.mark.slow
def test_a_cell_that_fails_takes_no_other_with_it(content):
    """Of two that are searched, the one whose property cannot be observed is an error."""
    unfit = _Unfit(content.properties["monotonic"])
    changed = replace(content, properties={**content.properties, "unfit": unfit})
    (group,) = groups(changed, ["2.6.35-svm"], ["skewed"], ["monotonic", "unfit"], {})
    fine, failed = decide_group(changed, group, 10, Effort.BOUNDED)
    assert fine.status is Status.VIOLATED
    assert failed.status is Status.ERROR and "cannot be observed" in failed.reason
