"""Where a system divides rationals propose calls, and integers answer, as integers alone would."""

import pytest
import z3

from tests.engines.test_bmc import searched
from tests.support.toys import Bad, Toy, act, always, nothing
from vtsc.engines.search import runs
from vtsc.engines.search.bmc import search
from vtsc.engines.search.runs import Runs
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build
from vtsc.system.system import System

COARSE = {"vcpus": "2", "trapping": "unstable", "clock_resolution": "10ms"}


def halves(rest: int) -> System:
    """Bad is where an even number is ``rest``: all that can be added is 0 or even."""

    def compare(toy, inputs):
        number = inputs.word("a", 0, 9)
        return 2 * number == 2 * (number // 7) + 3 * inputs.word("b", 0, 0) + rest

    toy = Toy(nothing, [act("compare", always, compare)])
    return build(toy, [Bad()], SolverFeasibility)


def test_what_only_rationals_can_do_is_no_hit():
    """One half is no integer, so the proposal is refuted and the search holds."""
    system = halves(1)
    runs = Runs(system)
    hit = runs.extend().targets["bad"]
    assert runs.propose(hit) is not None
    found = search(system, ["bad"], 2, confirm=True)
    assert (found.witnesses, found.depth, found.confirmed) == ({}, 2, 2)


def test_a_proposal_that_integers_confirm_is_a_hit():
    """With an even rest there is a run."""
    assert search(halves(4), ["bad"], 2).witnesses["bad"].inputs == ({"a": 2, "b": 0},)


def test_answers_are_about_integers():
    """The model of an answer has whole numbers for every input."""
    runs = Runs(halves(4))
    hit = runs.extend().targets["bad"]
    model = runs.ask(hit)
    assert all(z3.is_int_value(model.eval(x)) for x in runs.depths[0].inputs.values())


@pytest.mark.slow
def test_paths_decide_where_a_sequence_costs_too_much(content, monkeypatch):
    """The same depth when no sequence of calls is settled as a whole."""
    monkeypatch.setattr(runs, "QUICK", 1)
    monkeypatch.setattr(runs, "LOOSE", 1)
    _, found = searched(content, "patch25", "cstate", "nonzero_delta", 8, COARSE)
    assert len(found.witnesses["nonzero_delta"].calls) == found.depth == 6


@pytest.mark.parametrize("settings", [{}, COARSE], ids=["", "divides"])
def test_a_budget_for_all_is_kept(content, settings):
    """Out of budget, the search says so and claims nothing about the depth."""
    _, found = searched(content, "patch25", "cstate", "nonzero_delta", 8, settings, budget=20_000)
    assert found.reason.startswith("solver gave up at depth ")
    assert found.depth < 6 and not found.witnesses
