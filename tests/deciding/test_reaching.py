"""A "sometimes" that is never reached: proved without lemmas where none is needed."""

import pytest

from tests.support.cases import case_of_group
from vtsc.content.cells import groups
from vtsc.deciding.plan import EARLY
from vtsc.deciding.reaching import Reaching
from vtsc.evidence.systems import Systems

NAME = "can_catch_up"


@pytest.mark.parametrize(("design", "needs"), [("e48672fa", False), ("patch25", True)])
def test_no_system_is_made_where_no_lemma_is_needed(content, design, needs):
    """A design without catchup needs none; another needs the lemma that a stable host stays so."""
    (group,) = groups(content, [design], ["stable"], ["monotonic"], {})
    systems = Systems(case_of_group(content, group))
    reaching = Reaching(systems, ["monotonic"], [], EARLY)
    assert NAME in [s.name for s in reaching.missing]
    reaching.exclude()
    assert (NAME in [s.name for s in reaching.missing]) is needs
    assert len(systems.built) == 1
    (found,) = (each for each in reaching.result({}, EARLY) if each.name == NAME)
    assert (found.never, found.lemmas) == (not needs, ())
