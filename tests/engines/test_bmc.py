"""Bounded checking: least depths, canonical witnesses, and reductions that change neither."""

import pytest

from tests.support.toys import Bad, Toy, act, always, nothing
from vtsc.content.cells import groups
from vtsc.engines.search.bmc import search
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build

CELLS = [
    ("2.6.35-svm", "skewed", "monotonic", 10, {"pcpus": "3"}),
    ("pre25", "cstate", "bounded_lag", 6, {"vcpus": "2"}),
    ("pre25", "skewed", "monotonic_smp", 8, {}),
    ("2.6.37", "stable", "monotonic", 7, {"vcpus": "2"}),
]


def searched(content, design, host, prop, depth, settings, **options):
    """The search of one cell."""
    (group,) = groups(content, [design], [host], [prop], settings)
    machine = content.model.build(design, host, group.settings)
    system = build(machine, [content.properties[prop]], SolverFeasibility)
    return system, search(system, [prop], depth, **options)


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=lambda c: f"{c[0]}-{c[1]}-{c[2]}")
def test_reductions_change_neither_verdict_nor_witness(content, cell):
    """Without symmetry breaking and shortcuts the least run, and so the witness, is the same."""
    system, reduced = searched(content, *cell)
    _, full = searched(content, *cell, symmetry=False)
    assert system.symmetric
    assert reduced.depth == full.depth
    assert reduced.witnesses == full.witnesses


@pytest.mark.slow
def test_the_same_question_has_the_same_answer(content):
    """Two searches in one process give the same witness, inputs included."""
    cell = ("patch25", "cstate", "bounded_lead", 6, {})
    assert searched(content, *cell)[1] == searched(content, *cell)[1]


def test_a_small_budget_is_unknown_and_says_so(content):
    """Out of budget, the search stops with a reason and claims nothing about the depth."""
    cell = ("patch25", "skewed", "monotonic", 12, {})
    _, found = searched(content, *cell, budget=20_000)
    assert found.reason
    assert found.depth < 12


@pytest.mark.slow
def test_a_shallow_search_is_vacuous_not_green(verdict):
    """Within four steps nobody reads twice, so that nothing is said about two reads."""
    result = verdict("2.6.37", "stable", "monotonic", 4)
    assert result.text == "VACUOUS"
    assert "can_read_tsc_twice" in result.reason


@pytest.mark.slow
def test_sometimes_are_listed(verdict):
    """Reached with a depth, or NEVER where no rule could reach it."""
    result = verdict("2.6.37", "stable", "monotonic", 5)
    reached = {r.name: 0 if r.never else r.depth for r in result.sometimes}
    assert reached["can_read_tsc_twice"] == 5
    assert reached["can_load_on_another_pcpu"] == 1
    assert reached["can_trap"] == 0


@pytest.mark.slow
def test_a_sampling_gap_can_be_searched(verdict):
    """Time passes twice in a step that has a gap; a TSC read before the clock catches up too far."""
    result = verdict("2.6.37", "slow", "bounded_lead", 6, sampling_gap="2ms")
    assert result.text == "VIOLATED(5)"


def _share(toy, inputs):
    first, second = inputs.word("first", 0), inputs.word("second", 0)
    return first + second == 3


@pytest.mark.parametrize(
    ("time_input", "expected"),
    [("", {"first": 0, "second": 3}), ("second", {"first": 3, "second": 0})],
)
def test_the_input_that_time_passes_by_is_made_least_first(time_input, expected):
    """A machine says which one that is; where it names none, inputs are made least in their order."""
    toy = Toy(nothing, [act("share", always, _share)])
    toy.time_input = time_input
    found = search(build(toy, [Bad()], SolverFeasibility), ["bad"], 1)
    assert found.witnesses["bad"].inputs == (expected,)
