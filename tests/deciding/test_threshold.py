"""Thresholds: neighbours with different verdicts are found, and nothing is taken to be monotone."""

from fractions import Fraction
from itertools import pairwise

import pytest

from vtsc.base.errors import EvidenceError, UsageError
from vtsc.deciding.threshold import FEW, MANY, Grid, grid, threshold
from vtsc.deciding.verdict import Result, Status
from vtsc.evidence.inclusion import Inclusion
from vtsc.language.parameters import Parameter

NUMBER = Parameter("number", "integer", "0", "a number", 0, 10**9)
LENGTH = Parameter("length", "duration", "1ns", "a time", 0, 10**9, above=True)


def decided(status_at, asked=None):
    """A way to decide values by a function of theirs; the values asked for are noted."""

    def decide(texts):
        if asked is not None:
            asked.extend(texts)
        return [Result(None, status_at(text), 1, "toy", 0.0) for text in texts]

    return decide


def below(limit):
    """Proved below a limit, violated from there on."""
    return lambda n: Status.PROVED if n < limit else Status.VIOLATED


@pytest.mark.parametrize("limit", [1, 2, 7, 1000, 999_999_999, 10**9])
@pytest.mark.parametrize("turned", [False, True])
def test_the_change_of_a_monotone_verdict_is_found(limit, turned):
    """Whichever side holds, in far fewer questions than values."""
    asked = []

    def status(n):
        return below(limit)(n) if not turned else below(10**9 - limit)(10**9 - n - 1)

    found = threshold(grid(NUMBER), decided(status, asked))
    assert found.changes == [(limit - 1, limit)]
    assert len(asked) < 60 and not found.whole and found.is_settled


def test_against_every_value():
    """What is reported as a change is one, and where the two ends differ there is one."""
    for count in range(2, 40):
        values = Grid(NUMBER, Fraction(0), Fraction(1), count)
        for pattern in range(1, 50):

            def status(n, pattern=pattern):
                return Status.PROVED if pattern >> (n % 6) & 1 else Status.VIOLATED

            found = threshold(values, decided(status))
            for low, high in found.changes:
                assert high == low + 1 and status(low) != status(high)
            if status(0) != status(count - 1):
                assert found.changes
            assert found.whole == (len(found.results) == count)
            every = [status(n) for n in range(count)]
            once = sum(a != b for a, b in pairwise(every)) <= 1
            assert found.is_monotone == (found.whole and once)


def test_a_small_range_is_decided_whole():
    """So every change is found, also where the verdict is not monotone."""
    values = Grid(NUMBER, Fraction(0), Fraction(1), FEW)
    found = threshold(values, decided(lambda n: Status.VIOLATED if n in (3, 7) else Status.PROVED))
    assert found.changes == [(2, 3), (3, 4), (6, 7), (7, 8)]
    assert found.whole


def test_a_longer_range_is_decided_whole_where_that_is_asked_for():
    """Then a verdict that changes once is known to do so, and one that changes back is seen."""
    values = Grid(NUMBER, Fraction(0), Fraction(1), MANY)
    assert not threshold(values, decided(below(20))).is_monotone
    found = threshold(values, decided(below(20)), few=MANY)
    assert found.changes == [(19, 20)] and found.is_monotone
    back = decided(lambda n: Status.VIOLATED if n == 30 else Status.PROVED)
    found = threshold(values, back, few=MANY)
    assert found.changes == [(29, 30), (30, 31)] and found.whole and not found.is_monotone


def test_a_value_without_a_verdict_ends_the_search():
    """What lies beyond it is not guessed."""

    def status(n):
        return Status.UNKNOWN if 10 <= n < 10**6 else below(10**6)(n)

    found = threshold(grid(NUMBER), decided(status))
    assert found.changes == [] and found.undecided and not found.is_settled


@pytest.mark.parametrize("bounded", [False, True])
def test_holding_to_a_depth_is_enough_if_asked_for(bounded):
    """Otherwise it is no verdict."""

    def status(n):
        return Status.BOUNDED if n < 5 else Status.VIOLATED

    found = threshold(grid(NUMBER, "0..9"), decided(status), bounded=bounded)
    assert found.changes == ([(4, 5)] if bounded else [])
    assert found.is_settled is bounded


def test_values_are_those_that_a_setting_takes():
    """A time in steps of a microsecond, from the first that is allowed."""
    values = grid(LENGTH)
    assert (values.text(0), values.text(1), values.count) == ("1us", "2us", 10**6)
    assert grid(LENGTH, "1ms..10ms", "1ms").text(9) == "10ms"


@pytest.mark.parametrize(
    ("parameter", "within", "step", "complaint"),
    [
        (
            Parameter("kind", "choice", "a", "one of two", choices=("a", "b")),
            None,
            None,
            "no numbers",
        ),
        (NUMBER, "3", None, "expected A..B"),
        (NUMBER, "3..x", None, "accepted is a whole number"),
        (NUMBER, "9..3", None, "the first value is above the last"),
        (NUMBER, "3..9", "7", "shorter than one step of 7"),
        (NUMBER, None, "2000000000", "all values of number: the range is shorter"),
        (NUMBER, "3..", None, "expected A..B"),
        (NUMBER, None, "0", "a distance above 0"),
        (NUMBER, None, "1ms", "a distance above 0"),
        (LENGTH, "1ms..1s", "5", "a distance above 0, such as 1us"),
    ],
)
def test_what_makes_no_sense_is_refused(parameter, within, step, complaint):
    """In one line that says what is expected."""
    with pytest.raises(UsageError, match=complaint):
        grid(parameter, within, step)


def proves(*ways):
    """A proof that violations stay at greater values (True), or at smaller ones (False), if that is one."""
    return lambda more: Inclusion(more, {"start": ""}) if more in ways else None


@pytest.mark.parametrize("turned", [False, True])
def test_a_proof_about_all_values_says_the_rest(turned):
    """In a range that is too long to decide each value, and whichever side holds."""
    fails = (lambda n: n < 5000) if turned else (lambda n: n >= 5000)
    status = decided(lambda n: Status.VIOLATED if fails(n) else Status.PROVED)
    found = threshold(grid(NUMBER), status, include=proves(not turned))
    assert found.changes == [(4999, 5000)] and found.follows and found.is_monotone
    assert found.edges == (4999, 5000) and not found.whole
    assert not threshold(grid(NUMBER), status, include=proves(turned)).is_monotone


@pytest.mark.parametrize(("more", "everywhere"), [(True, 10**9), (False, 0)])
def test_one_end_is_enough_where_every_other_value_permits_less(more, everywhere):
    """A verdict at the value that permits most is one for all."""
    status = decided(lambda n: Status.PROVED if n == everywhere else Status.UNKNOWN)
    found = threshold(grid(NUMBER), status, include=proves(more))
    assert found.follows and found.undecided and found.is_settled
    other = decided(lambda n: Status.UNKNOWN if n == everywhere else Status.PROVED)
    assert not threshold(grid(NUMBER), other, include=proves(more)).follows


def test_a_gap_between_known_values_stays_one():
    """Between the greatest value that holds and the least that fails nothing is known."""

    def status(n):
        return Status.UNKNOWN if 10 <= n < 10**6 else below(10**6)(n)

    found = threshold(grid(NUMBER), decided(status), include=proves(True))
    low, high = found.edges
    assert low < 10 and high >= 10**6 and not found.follows and not found.is_settled


def test_a_verdict_against_a_proof_is_an_error():
    """One of the two is wrong, so neither is reported."""
    wrong = decided(
        lambda n: Status.VIOLATED if n == 0 else Status.UNKNOWN if n < 9 else Status.PROVED
    )
    with pytest.raises(EvidenceError, match="a verdict contradicts the proof"):
        threshold(grid(NUMBER), wrong, include=proves(True))
