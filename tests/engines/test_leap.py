"""One question about several depths has the answer that the questions about each of them have."""

import pytest

from tests.engines.test_bmc import CELLS, searched
from tests.engines.test_order import toy_of
from tests.support.sampling import sampled
from tests.support.toys import Bad
from vtsc.engines.search import bmc
from vtsc.engines.search.bmc import search
from vtsc.engines.search.gave_up import GaveUp
from vtsc.engines.search.leap import is_hit_by_none
from vtsc.engines.search.runs import Runs
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build

DEEPEST = 7
BUDGET = 400_000_000


def hittable(seeds):
    """The systems of toys of commuting steps, of those in which some rule hits the target."""
    systems = (build(toy_of(seed), [Bad()], SolverFeasibility) for seed in seeds)
    return [s for s in systems if any("bad" in rule.targets for rule in s.rules)]


def leaps_from_here(monkeypatch):
    """Have searches ask about several depths from the first one on; returns the questions that they ask."""
    asked = []

    def noting(runs, targets, shortest, longest, budget):
        none = is_hit_by_none(runs, targets, shortest, longest, budget)
        asked.append((shortest, longest, none))
        return none

    monkeypatch.setattr(bmc, "is_hit_by_none", noting)
    monkeypatch.setattr(bmc, "UNAIDED", 0)
    return asked


@pytest.mark.slow
@sampled(3, "seeds", [range(start, start + 20) for start in range(0, 120, 20)])
def test_many_depths_are_answered_as_each_alone(seeds):
    """No range below the least depth has a run that hits the target, and each range with it has one."""
    systems = hittable(seeds)
    assert systems
    for system in systems:
        found = search(system, ["bad"], DEEPEST).witnesses
        least = len(found["bad"].calls) if found else DEEPEST + 1
        runs = Runs(system)
        for shortest in range(1, min(least, DEEPEST) + 1):
            for longest in range(shortest, DEEPEST + 1):
                none = is_hit_by_none(runs, ["bad"], shortest, longest, BUDGET)
                assert none == (longest < least), (shortest, longest)


@sampled(3, "seeds", [range(start, start + 20) for start in range(0, 120, 20)])
def test_a_search_with_leaps_finds_the_same(seeds, monkeypatch):
    """The depth and the canonical witness are those of a search that goes step by step."""
    systems = hittable(seeds)
    by_step = [search(system, ["bad"], DEEPEST) for system in systems]
    asked = leaps_from_here(monkeypatch)
    for system, before in zip(systems, by_step, strict=True):
        leaping = search(system, ["bad"], DEEPEST)
        assert (leaping.depth, leaping.witnesses) == (before.depth, before.witnesses)
    assert len(asked) >= len(systems) > 0


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=lambda c: f"{c[0]}-{c[1]}-{c[2]}")
def test_a_search_of_a_design_with_leaps_finds_the_same(content, cell, monkeypatch):
    """With interchangeable instances, too, the depth and the canonical witness stay the same."""
    _, by_step = searched(content, *cell)
    asked = leaps_from_here(monkeypatch)
    _, leaping = searched(content, *cell)
    assert any(none for _, _, none in asked)
    assert (leaping.depth, leaping.witnesses) == (by_step.depth, by_step.witnesses)


def test_what_is_not_answered_is_asked_step_by_step(monkeypatch):
    """A question about several depths that costs too much changes no answer."""
    system = next(s for s in hittable(range(20)) if search(s, ["bad"], DEEPEST).witnesses)
    by_step = search(system, ["bad"], DEEPEST)

    def costly(*question):
        raise GaveUp("its budget ran out")

    monkeypatch.setattr(bmc, "is_hit_by_none", costly)
    monkeypatch.setattr(bmc, "UNAIDED", 0)
    leaping = search(system, ["bad"], DEEPEST)
    assert (leaping.depth, leaping.witnesses) == (by_step.depth, by_step.witnesses)
    assert not leaping.reason
