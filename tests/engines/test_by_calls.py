"""Questions answered one sequence of calls after the other have the answers of one solver for all."""

from itertools import count

import pytest

from tests.engines.test_bmc import searched
from vtsc.engines.search import bmc, by_calls
from vtsc.engines.search.gave_up import GaveUp

COARSE = {"vcpus": "2", "trapping": "unstable", "clock_resolution": "10ms"}


@pytest.fixture
def questions(monkeypatch) -> list[object]:
    """The one solver gives up on every question about targets; what is asked instead."""
    probe, ask, asked = bmc._Checker.probe, by_calls.ByCalls.ask, []

    def probed(checker, *assumptions, budget):
        if str(assumptions[0]).startswith("wraps"):
            return probe(checker, *assumptions, budget=budget)
        raise GaveUp("by order of the test")

    def noted(self, assumptions, budget):
        asked.append(assumptions)
        return ask(self, assumptions, budget)

    monkeypatch.setattr(bmc._Checker, "probe", probed)
    monkeypatch.setattr(by_calls.ByCalls, "ask", noted)
    return asked


def test_the_least_depth_is_the_same(content, monkeypatch, questions):
    """The stall of a trapped RDTSC on a coarse clock: not in 5 steps, but in 6."""
    _, found = searched(content, "patch25", "cstate", "nonzero_delta", 8, COARSE)
    assert len(questions) >= 6
    monkeypatch.undo()
    _, usual = searched(content, "patch25", "cstate", "nonzero_delta", 8, COARSE)
    assert found.depth == usual.depth == 6
    assert found.witnesses == usual.witnesses


def test_paths_decide_where_a_sequence_costs_too_much(content, monkeypatch, questions):
    """The same answer when no sequence of calls is settled as a whole."""
    exactly = by_calls.ByCalls._exactly

    def dear(self, facts, budget):
        if budget <= by_calls.QUICK:
            raise GaveUp("by order of the test")
        return exactly(self, facts, budget)

    monkeypatch.setattr(by_calls.ByCalls, "_exactly", dear)
    _, found = searched(content, "patch25", "cstate", "nonzero_delta", 8, COARSE)
    assert questions
    assert len(found.witnesses["nonzero_delta"].calls) == 6


def test_without_division_giving_up_is_final(content, questions):
    """There is nothing to gain where no quotient is in the way."""
    _, found = searched(content, "patch25", "cstate", "bounded_lag", 6, {})
    assert found.reason and not questions


def test_a_budget_for_all_is_kept(content, monkeypatch, questions):
    """Out of budget, the search says so and claims nothing about the depth."""
    spent = count(0, 10**9)
    monkeypatch.setattr(by_calls, "_spent", lambda solver: next(spent))
    _, found = searched(content, "patch25", "cstate", "nonzero_delta", 8, COARSE)
    assert questions
    assert found.reason.startswith("solver gave up at depth ")
    assert found.depth < 6 and not found.witnesses
