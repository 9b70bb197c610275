"""What a search does not find is asked again of a plain solver, which must agree."""

import pytest

from tests.engines.test_bmc import searched
from tests.support.cases import decide_group
from vtsc.base.errors import EvidenceError, Exit
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort
from vtsc.engines.search import bmc, confirm
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build

CELL = ("patch25", "cstate", "monotonic")
"""Not violated in 6 steps."""

SHALLOW = ("patch25", "fast", "bounded_lead")
"""Violated in 5 steps."""


DIVIDED = {"clock_resolution": "10ms"}
"""With a coarse clock the system divides, and which quotients wrap is settled depth by depth."""


def test_a_plain_solver_agrees(content):
    """To the depth searched, where the budget allows."""
    _, found = searched(content, *CELL, 6, {}, confirm=True)
    assert not found.witnesses
    assert found.confirmed == 6


def test_the_budget_limits_how_deep_and_the_verdict_says_so(content, monkeypatch, verdict):
    """Out of budget, less is confirmed."""
    monkeypatch.setattr(confirm.confirmed, "__defaults__", (30_000,))
    result = verdict("patch25", "cstate", "monotonic", 6)
    assert result.status is Status.BOUNDED
    depth = int(result.reason.removeprefix("plain solver to "))
    assert 0 < depth < 6


def test_a_hit_that_the_search_denies_is_rejected_evidence(content, monkeypatch):
    """As is a verdict that rests on it."""
    ask = bmc._Checker.ask

    def denied(checker, *assumptions, **limits):
        return None if len(checker.depths) == 5 else ask(checker, *assumptions, **limits)

    monkeypatch.setattr(bmc._Checker, "ask", denied)
    with pytest.raises(EvidenceError, match=r"hits bounded_lead or .* within 5 steps"):
        searched(content, *SHALLOW, 5, {}, confirm=True)
    (group,) = groups(content, *([x] for x in SHALLOW), {})
    (result,) = decide_group(content, group, 5, Effort.BOUNDED)
    assert result.status is Status.ERROR and result.exit is Exit.EVIDENCE


def test_a_wrap_that_the_search_leaves_out_is_noticed(content, monkeypatch):
    """Sites taken not to wrap are asked about again, whoever settled them."""
    cell = ("patch25", "resetting", "monotonic")
    _, found = searched(content, *cell, 4, DIVIDED, confirm=True)
    assert found.confirmed == 4

    def settled(checker, depth):
        assert checker.unrolling.sites

    monkeypatch.setattr(bmc._Checker, "settle_wrapping", settled)
    with pytest.raises(EvidenceError):
        searched(content, *cell, 4, DIVIDED, confirm=True)


def test_sites_that_lemmas_settled_are_asked_about(content, monkeypatch):
    """They are left out of the search's own questions, not of the plain solver's."""

    def settled(checker):
        checker.unrolling.settled = set(checker.unrolling.sites)

    monkeypatch.setattr(bmc._Checker, "settle_by_lemmas", settled)
    (group,) = groups(content, ["patch25"], ["resetting"], ["monotonic"], DIVIDED)
    machine = content.model.build("patch25", "resetting", group.settings)
    monitor = content.properties["monotonic"]
    system = build(machine, [monitor], SolverFeasibility, lemmas=machine.lemmas())
    system.facts = system.facts[:1]
    with pytest.raises(EvidenceError):
        bmc.search(system, ["monotonic"], 4, confirm=True)
