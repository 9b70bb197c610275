"""Words that only time moves, in proportion: one of them is kept, and never falls below its start."""

import pytest

from tests.support.cases import decide_group
from tests.support.sampling import sampled
from tests.support.toys import Bad, Toy, act
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status
from vtsc.engines.proof.induction import Induction
from vtsc.engines.search.bmc import search
from vtsc.language.lemmas import NEVER_BACK, Lemma
from vtsc.language.words import bounded
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build

TRUE = Lemma("true", "nothing is wrong", (), lambda *_: True)


class Moving(Toy):
    """A toy of which time moves two words, each by a multiple of an input."""

    time_input = "dt"

    def __init__(self, low, high, goal):
        super().__init__(_started, [act("look", lambda toy: True, lambda toy, inputs: goal(toy))])
        self.low, self.high = low, high

    def advance(self, state, inputs):
        """As far as the multiples say."""
        passed = inputs.word("dt", 0)
        state.toy.low = bounded(state.toy.low + self.low * passed)
        state.toy.high = bounded(state.toy.high + self.high * passed)


def _started(toy, inputs):
    toy.low = inputs.word("low", 5, 900)
    toy.high = inputs.word("high", 7, 10)


def _built(toy, lemmas=(TRUE,)):
    return build(toy, [Bad()], SolverFeasibility, lemmas=lemmas)


@pytest.mark.parametrize(("low", "high", "kept"), [(2, 6, "low"), (6, 2, "high"), (3, 3, "low")])
def test_the_word_that_moves_least_is_kept(low, high, kept):
    """Whichever is declared first, if one moves by a whole multiple of the other."""
    system = _built(Moving(low, high, lambda toy: toy.low < 0))
    assert {"toy.low", "toy.high"} & system.slots.keys() == {f"toy.{kept}"}
    assert [f.lemma for f in system.facts].count(NEVER_BACK) == 1


def test_words_that_are_no_multiples_of_each_other_are_both_kept():
    """There is no whole number of which one could be the sum."""
    system = _built(Moving(4, 6, lambda toy: toy.low < 0))
    assert {"toy.low", "toy.high"} <= system.slots.keys()
    assert NEVER_BACK not in [f.lemma for f in system.facts]


def test_what_follows_is_proved_to_be_above_its_start():
    """Without the fact, induction could start where the word that is kept is below its start."""
    toy = Moving(2, 6, lambda toy: toy.high < 7)
    assert Induction(_built(toy)).proves("bad")
    system = _built(toy)
    system.facts = [fact for fact in system.facts if fact.lemma is not NEVER_BACK]
    assert not Induction(system).proves("bad")


@pytest.mark.parametrize(("low", "high"), [(2, 6), (6, 2), (3, 3), (4, 6)])
def test_a_search_finds_what_it_found(low, high):
    """The two words are equal after one step only where time can close their distance exactly."""
    system = build(Moving(low, high, lambda toy: toy.low == toy.high), [Bad()], SolverFeasibility)
    assert len(search(system, ["bad"], 2).witnesses["bad"].calls) == 1


def _overwritten(state, inputs):
    state.toy.high = bounded(state.toy.high + (10 - state.toy.low))
    state.toy.low = 10


def test_a_lemma_about_a_word_that_time_overwrites_is_about_that_word():
    """It holds at first and after no step, so it is dropped, though nothing but the lemma reads the word."""

    class Overwriting(Moving):
        def advance(self, state, inputs):
            """Time leaves one value, whatever there was."""
            _overwritten(state, inputs)

    small = Lemma("small", "low is small", (), lambda machine, state, ghosts: state.toy.low <= 5)
    toy = Overwriting(1, 1, lambda toy: toy.low < 0)
    toy.start = lambda toy, inputs: setattr(toy, "low", inputs.word("low", 0, 5))
    assert small not in Induction(_built(toy, [small])).settled()


@pytest.mark.slow
@sampled(2, "given", [{"virtual_khz": "2400000"}, {"virtual_khz": "3680674"}])
def test_a_proof_at_an_odd_rate(content, given):
    """A TSC that counts less often than time has units is proved as at 1 GHz."""
    (group,) = groups(content, ["patch25"], ["skewed"], ["monotonic"], given)
    (result,) = decide_group(content, group, 10)
    assert result.status is Status.PROVED
    assert "never_back" in [x.name for x in result.certificate.lemmas]
