"""A setting that stands for every value of a range: what has one meaning is computed, all else is refused."""

from fractions import Fraction

import pytest

from vtsc.language.varied import Varied, floored, is_varied, whole

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def test_it_computes_as_each_of_its_values_does():
    """Sums and products with plain numbers, rounded down at the end."""
    for number in range(8):
        varied, plain = Varied(THIRD, HALF, number, 7), THIRD + HALF * number
        assert floored((2 + varied * 5 - 1) / 3) == floored((2 + plain * 5 - 1) / 3)
        assert whole((varied - THIRD) * 2) == (plain - THIRD) * 2


def test_what_is_the_same_for_all_values_is_decided():
    """Comparisons, and whether it is there at all."""
    varied = Varied(Fraction(3), Fraction(2), 0, 5)
    assert varied and varied < 14 and varied <= 13 and varied > 2 and varied >= 3 and varied != 2
    assert not varied > 13 and not varied < 3
    assert is_varied(varied) and not is_varied(Fraction(3))


@pytest.mark.parametrize(
    "which",
    [
        lambda x: x < 4,
        lambda x: x >= 13,
        lambda x: x == 5,
        lambda x: bool(x - 3),
        int,
        hash,
        lambda x: x * x,
        lambda x: x + "1",
        lambda x: (x / 2).whole(),
    ],
)
def test_what_differs_between_values_is_refused(which):
    """As is everything that would need one value."""
    with pytest.raises(TypeError):
        which(Varied(Fraction(3), Fraction(2), 0, 5))


def test_a_plain_value_has_to_be_whole():
    """Where a whole number is asked for."""
    assert whole(Fraction(6, 2)) == 3
    with pytest.raises(ValueError, match="7/2 is no whole number"):
        whole(Fraction(7, 2))
