"""Numbers near a power of two are written by it, wherever a report shows them."""

import random

import pytest

from tests.support.verdicts import violated
from vtsc.language.words import spelled
from vtsc.report.bounds import amount, number
from vtsc.report.text.counterexample import counterexample
from vtsc.report.text.numbers import respelled

NAME = "2.6.35-vmx.skewed.monotonic.json"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0"),
        (-1, "-1"),
        (2**30, "1073741824"),
        (2**31 - 1, "2^31-1"),
        (2**32 - 1, "2^32-1"),
        (2**32, "2^32"),
        (2**62 - 1, "2^62-1"),
        (2**63 + 5, "2^63+5"),
        (-(2**63), "-2^63"),
        (-(2**63) + 2, "-2^63+2"),
        (-(2**40) - 7, "-2^40-7"),
        (2**64 - 1, "2^64-1"),
        (2**64 - 3 * 10**9, "2^64-3000000000"),
        (2**64 + 1, "2^64+1"),
        (5 * 10**9, "5000000000"),
        (2**62 + 2**61, "6917529027641081856"),
    ],
)
def test_a_number_is_written_by_what_it_is_near(value, told):
    """From 2^31 on; a 64-bit value that may be negative is written by its distance from 2^64."""
    assert spelled(value) == told


def test_what_is_written_is_the_number():
    """Read as a sum it is the same number, for numbers of every size and next to every power."""
    rng = random.Random(7)
    near = [
        sign * (2**bits + rng.randint(-70_000, 70_000)) for bits in range(66) for sign in (1, -1)
    ]
    far = [rng.randint(-(2**bits), 2**bits) for bits in range(66) for _ in range(5)]
    for value in (*near, *far):
        assert eval(spelled(value).replace("^", "**")) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("read=9223372036854775811 (-9223372036854775806)", "read=2^63+3 (-2^63+2)"),
        ("timer at 4294967295 (+4294967297)", "timer at 2^32-1 (+2^32+1)"),
        ("read=2^64-3000000000 (+5)", "read=2^64-3000000000 (+5)"),
        (
            "f9223372036854775811 0.9223372036854775811",
            "f9223372036854775811 0.9223372036854775811",
        ),
        ("5000000000 123", "5000000000 123"),
    ],
)
def test_large_numbers_in_a_models_own_text(text, told):
    """With their signs; parts of names, of fractions and of sums stay as they are."""
    assert respelled(text) == told


def test_bounds_are_written_so_but_not_for_programs():
    """Those for people only."""
    assert amount(2**63 - 1, "cycles") == "2^63-1 cycles" and number(2**63 - 1) == str(2**63 - 1)


def test_a_whole_counterexample_has_no_long_number_near_a_power(content):
    """In the story, the steps, the terms of the claim and the start."""
    result = violated(content, NAME)
    text = counterexample(content, result.trace, result.run)
    assert "read 1, then 2^63+3: 2^63-2 cycles back, by" in text
    assert "here: this = 2^63+3, last = 1, by = 2^63-2" in text
    assert "read=2^63+3 (-2^63+2)" in text and "vcpu0.tsc_offset=2^64-1" in text
    assert "922337203685477580" not in text and "184467440737095516" not in text
