"""What is worked out before processes are forked: found done by them, and never an error by itself."""

from tests.support.cases import case_of_group
from vtsc.content.cells import groups
from vtsc.evidence.beforehand import prepare
from vtsc.evidence.systems import Systems
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
