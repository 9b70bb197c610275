"""An index that may name no item: refused, unless frame lemmas that are shown to hold rule it out."""

from dataclasses import replace

import pytest

from tests.support.toys import Bad, Toy, act, always, nothing, said, walk
from vtsc.content.content import model_error
from vtsc.language.words import NoSuchItem, either, select
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build

TWO = (False, True)


def _low(toy):
    return either((toy.place == 0, toy.place == 1))


def _on(toy, inputs):
    toy.place = 1 if toy.place == 0 else 2
    return False


BACK_AND_FORTH = walk().actions[0]
ONWARDS = act("walk", always, _on)
LOOK = act("look", always, lambda toy, inputs: select(TWO, toy.place))
LOW = replace(said("low", _low), frame=True)


def _at_three(toy, inputs):
    toy.place = 3


def system_of(start, actions, claims):
    """The system of a toy that looks up one of two items."""
    return build(Toy(start, actions, claims), [Bad()], SolverFeasibility)


def test_a_frame_lemma_that_holds_rules_a_doubt_out():
    """The walk stays between 0 and 1, which its frame lemma says; both items are found."""
    system = system_of(nothing, [BACK_AND_FORTH, LOOK], [LOW])
    looks = [rule for rule in system.rules if system.calls[rule.call].name == "look"]
    assert [rule.targets.keys() for rule in looks] == [set(), {"bad"}]


@pytest.mark.parametrize(
    ("start", "walks", "claims"),
    [
        (nothing, BACK_AND_FORTH, []),
        (nothing, BACK_AND_FORTH, [replace(LOW, frame=False)]),
        (nothing, ONWARDS, [LOW]),
        (_at_three, BACK_AND_FORTH, [LOW]),
        (nothing, BACK_AND_FORTH, [replace(said("any", always), frame=True)]),
    ],
    ids=["no lemma", "no frame lemma", "not kept", "not at first", "too weak"],
)
def test_without_one_the_model_is_refused(start, walks, claims):
    """No lemma, one about something else, one that a step or the start breaks: none is any help."""
    with pytest.raises(NoSuchItem, match="may be out of range, where there are 0 to 1") as caught:
        system_of(start, [walks, LOOK], claims)
    assert any(file == __file__ for file, _ in caught.value.lines)


def test_a_user_is_told_what_is_wrong_in_words(content):
    """And not by the name of a class of the checker."""
    told = str(model_error(content, NoSuchItem(2)))
    assert told == "an index that may be out of range, where there are 0 to 1"


def test_a_guard_rules_a_doubt_out_by_itself():
    """Where the path itself says which items there can be, no lemma is needed."""
    look = act("look", _low, lambda toy, inputs: select(TWO, toy.place))
    assert system_of(nothing, [ONWARDS, look], []).rules


def test_a_start_that_looks_nowhere_is_refused():
    """The start is known, and nothing has to be shown."""

    def start(toy, inputs):
        select(TWO, 2)

    with pytest.raises(NoSuchItem, match="index 2, where there are 0 to 1"):
        system_of(start, [LOOK], [LOW])
