"""What a search does not find is asked again of a plain solver, which must agree."""

import pytest

from tests.engines.test_bmc import searched
from tests.support.cases import decide_group
from vtsc.base.errors import EvidenceError, Exit
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort
from vtsc.engines.search import confirm
from vtsc.engines.search.runs import Runs
from vtsc.evidence import earlier

CELL = ("patch25", "cstate", "monotonic")
"""Not violated in 6 steps."""

SHALLOW = ("patch25", "fast", "bounded_lead")
"""Violated in 5 steps."""


def test_a_plain_solver_agrees(content):
    """To the depth searched, where the budget allows."""
    _, found = searched(content, *CELL, 6, {}, confirm=True)
    assert not found.witnesses
    assert found.confirmed == 6


@pytest.mark.slow
def test_the_budget_limits_how_deep_and_the_verdict_says_so(content, monkeypatch, verdict):
    """Out of budget, less is confirmed."""
    monkeypatch.setattr(confirm, "BUDGET", 15_000)
    result = verdict("patch25", "cstate", "monotonic", 6)
    assert result.status is Status.BOUNDED
    depth = int(result.reason.removeprefix("plain solver to "))
    assert 0 < depth < 6


@pytest.mark.slow
def test_a_hit_that_the_search_denies_is_rejected_evidence(content, monkeypatch):
    """As is a verdict that rests on it."""
    ask = Runs.ask

    def denied(runs, *assumptions, **limits):
        return None if len(runs.depths) == 5 else ask(runs, *assumptions, **limits)

    monkeypatch.setattr(Runs, "ask", denied)
    monkeypatch.setattr(earlier, "earlier_run", lambda case, prop: None)
    with pytest.raises(EvidenceError, match="hits bounded_lead within 5 steps"):
        searched(content, *SHALLOW, 5, {}, confirm=True)
    (group,) = groups(content, *([x] for x in SHALLOW), {})
    (result,) = decide_group(content, group, 5, Effort.BOUNDED)
    assert result.status is Status.ERROR and result.exit is Exit.EVIDENCE
