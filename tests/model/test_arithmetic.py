"""The kernel's fixed-point arithmetic against the worked values of its reference semantics."""

from random import Random
from typing import Any

import pytest
import z3

from model.arithmetic import NSEC_PER_SEC, nsec_to_cycles, scale, time_scale
from vtsc.language.words import MASK, MODULUS
from vtsc.solver.vectors import VectorLowering
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Word

TO_CYCLES = {
    800_000: ((0, 3435973836), 799999999, 0xCCCCCCCBFFFFFFB0),
    1_000_000: ((1, 2147483648), 1000000000, 0x7FFFFFFFFFFFFF9C),
    2_400_000: ((2, 2576980377), 2399999999, 0x99999998FFFFFF10),
    3_000_000: ((2, 3221225472), 3000000000, 0xBFFFFFFFFFFFFED4),
}
"""By kHz: (shift, mult) from ns to cycles, what they make of 10^9 and of 2^64 - 100."""

TO_NS = {
    800_000: ((1, 2684354560), 1000000000),
    1_000_000: ((1, 2147483648), 1000000000),
    2_400_000: ((-1, 3579139413), 999999999),
    3_000_000: ((-1, 2863311530), 999999999),
}
"""By kHz: (shift, mult) from cycles to ns, what they make of one second of cycles."""


@pytest.mark.parametrize("khz", TO_CYCLES)
def test_nanoseconds_to_cycles(khz):
    """The worked factors from ns to cycles, and what they make of a second and of 2^64 - 100 ns."""
    shift, mult = time_scale(khz * 1000, NSEC_PER_SEC)
    scaled = scale(NSEC_PER_SEC, mult, shift), scale(MODULUS - 100, mult, shift)
    assert TO_CYCLES[khz] == ((shift, mult), *scaled)


@pytest.mark.parametrize("khz", TO_NS)
def test_cycles_to_nanoseconds(khz):
    """The worked factors from cycles to ns, and what they make of one second of cycles."""
    shift, mult = time_scale(NSEC_PER_SEC, khz * 1000)
    assert TO_NS[khz] == ((shift, mult), scale(khz * 1000, mult, shift))


def test_a_day_at_2_4_ghz():
    """One day of cycles at 2.4 GHz scales to 8047 ns less than a day."""
    shift, mult = time_scale(NSEC_PER_SEC, 2_400_000_000)
    assert scale(86_400 * 2_400_000_000, mult, shift) == 86_400 * NSEC_PER_SEC - 8047


def test_one_ghz_is_exact_both_ways():
    """At 1 GHz ns and cycles are the same number, as long as doubling it does not overflow."""
    shift, mult = time_scale(NSEC_PER_SEC, NSEC_PER_SEC)
    for count in (0, 1, 999_999_999, 86_400 * NSEC_PER_SEC, (1 << 63) - 1):
        assert count == scale(count, mult, shift)
    assert scale(1 << 63, mult, shift) == 0


@pytest.mark.parametrize("shift", [-1, 0, 2])
def test_scale_reduces_its_argument_mod_2_64(shift):
    """``scale`` takes a residue: a representative outside [0, 2^64) gives the same."""
    for delta in (-100, MODULUS + 7, -1 - 3 * MODULUS):
        assert scale(delta % MODULUS, 2576980377, shift) == scale(delta, 2576980377, shift)


@pytest.mark.parametrize(
    ("ns", "khz", "cycles"),
    [
        (0, 2_400_000, 0),
        (1, 999_999, 0),
        (1, 1_000_000, 1),
        (5 * NSEC_PER_SEC, 2_400_000, 12_000_000_000),
        (NSEC_PER_SEC, 1, 1000),
        (999_999, 1, 0),
        (1 << 62, 4, 0),
        ((1 << 62) + 250_000, 4, 1),
        (MODULUS - 1, 1, (MODULUS - 1) // 10**6),
        (MODULUS - 1, 2, (MODULUS - 2) // 10**6),
    ],
)
def test_nsec_to_cycles(ns, khz, cycles):
    """floor(ns * khz mod 2^64 / 10^6): rounded down, and the product wraps before the division."""
    assert cycles == nsec_to_cycles(ns, khz)


def lowered(mult: int, shift: int) -> tuple[Any, Any]:
    """A 64-bit vector, and the condition on it and on a second that this is what it scales to."""
    arena = Arena()
    delta = Word(arena, arena.variable("delta", 0, MASK))
    lowering = VectorLowering(z3.Const)
    result = lowering.equal(z3.Const("result", lowering.sort(True)), scale(delta, mult, shift))
    assert lowering.definitions == []
    return z3.Const("delta", lowering.sort(True)), result


FACTORS = sorted(
    {time_scale(khz * 1000, NSEC_PER_SEC) for khz in TO_CYCLES}
    | {time_scale(NSEC_PER_SEC, khz * 1000) for khz in TO_NS}
    | {(shift, mult) for shift in (-31, -3, 0, 5, 31) for mult in (1, 0xFFFF_FFFF)}
)


@pytest.mark.parametrize(("shift", "mult"), FACTORS)
def test_scale_is_the_same_in_vectors(shift, mult):
    """``scale`` of a random number is the same natively and lowered to 64-bit vectors."""
    random = Random(f"{shift} {mult}")
    delta, condition = lowered(mult, shift)
    result = z3.Const("result", z3.BitVecSort(64))
    values = [0, 1, MASK, 1 << 63, *(random.getrandbits(random.randint(1, 64)) for _ in range(40))]

    def is_result(value: int, expected: int) -> bool:
        pairs = (delta, z3.BitVecVal(value, 64)), (result, z3.BitVecVal(expected, 64))
        return z3.is_true(z3.simplify(z3.substitute(condition, *pairs)))

    for value in values:
        assert is_result(value, scale(value, mult, shift)), value
        assert not is_result(value, scale(value, mult, shift) ^ 1), value
