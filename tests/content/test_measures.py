"""Properties that bound the measure of another, by their names."""

import pytest

from vtsc.language.measures import named


def test_they_are_found_and_not_listed(content):
    """Where the property has a measure; from below only where that has an opposite."""
    found = content.properties
    assert "bounded_lag_at_most_-3" in found and "timer_lateness_at_least_7" in found
    assert found["bounded_lag_at_most_-3"] is found["bounded_lag_at_most_-3"]
    assert "bounded_lag_at_most_-3" not in list(found)
    for name in ("bounded_lag_at_least_1", "bounded_lag_at_most_", "nothing_at_most_1", "x"):
        assert name not in found
        with pytest.raises(KeyError):
            found[name]


def test_their_names_say_the_limit():
    """A limit of the opposite is a limit from below of the measure."""
    assert named("p", -3) == "p_at_most_-3"
    assert named("p", -3, -1) == "p_at_least_3"


def test_they_are_about_the_same_ghosts_and_lemmas(content):
    """Only the name, the limit and the expected verdicts differ."""
    usual, made = content.properties["monotonic"], content.properties["monotonic_at_most_5"]
    assert (made.measure, made.needs, made.subjects) == (usual.measure, usual.needs, usual.subjects)
    assert made.expected == "" and made.permitted(None, None) == 5


def test_their_place_is_behind_the_property(content):
    """In files that are in the order of the properties."""
    ranks = [
        content.properties.rank(n) for n in ("monotonic", "monotonic_at_most_5", "bounded_lag")
    ]
    assert ranks == sorted(ranks) and ranks[0][0] == ranks[1][0]
