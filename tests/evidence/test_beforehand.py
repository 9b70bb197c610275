"""What is worked out before processes are forked: found done by them, and never an error by itself."""

import pytest

from tests.support.cases import case_of_group
from vtsc.base.errors import EvidenceError
from vtsc.content.cells import groups
from vtsc.evidence.beforehand import prepare
from vtsc.evidence.systems import Systems
from vtsc.solver import solve
from vtsc.stores.memory import _modules


def case_of(content):
    """A case of the model."""
    (group,) = groups(content, ["2.6.37"], ["stable"], ["monotonic"], {})
    return case_of_group(content, group)


def test_what_is_noted_beforehand_is_not_walked_again(content):
    """Neither for a machine alone nor for one that properties watch."""
    prepare(case_of(content))
    walked = _modules.cache_info().misses
    case = case_of(content)
    systems = Systems(case)
    systems.own([])
    systems.own([case.property("monotonic")])
    assert _modules.cache_info().misses == walked


def test_a_machine_that_cannot_be_made_is_left_to_its_cells(content, monkeypatch):
    """They say what is wrong with it."""
    case, tried = case_of(content), []

    def refuse() -> None:
        tried.append(1)
        raise SystemExit

    monkeypatch.setattr(case, "new_machine", refuse)
    prepare(case)
    assert tried


def test_a_context_that_was_made_ready_is_used_once(content):
    """Each set of questions has a context of its own, whether or not that was made before."""
    solve._unused.clear()
    prepare(case_of(content))
    ready = len(solve._unused)
    with pytest.raises(EvidenceError, match=r"possible\.smt2 is sat"):
        solve.solve({"possible": "(declare-const x Int)(assert (= x 1))"})
    assert len(solve._unused) == ready - 1
    solve._unused.clear()
    solve.solve({"impossible": "(declare-const x Bool)(assert (and x (not x)))"})
