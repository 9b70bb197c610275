"""``vtsc drift``: the drift of kvmclock against the raw clock is exact, and agrees with what was measured."""

import json
from fractions import Fraction

import pytest
from jsonschema import Draft202012Validator

from conformance.rates import MAX_KHZ, Rate, drift, jump, khz_of, page_rate, raw_rate
from tests.support.paths import ROOT
from vtsc.cli import main


@pytest.mark.parametrize(
    ("khz", "ppb"),
    [(2_596_146, "64.677"), (2_000_000, "0.000"), (2_400_000, "47.777"), (3_000_000, "-59.372")],
)
def test_the_drift_of_known_rates(khz, ppb):
    """Computed from both roundings, to a thousandth of a ppb."""
    assert f"{float(drift(khz) * 10**9):.3f}" == ppb


def test_the_measured_jump():
    """At 2596146 kHz a pair of 305.0 s jumped by 19727 ns, and one of 0.5 s by 32 to 34 ns."""
    assert round(jump(2_596_146, Fraction(305))) == 19_727
    assert round(jump(2_596_146, Fraction(1, 2))) == 32


def test_a_page_as_it_was_recorded():
    """The multiplier and the shift of a page that a kernel published at 2596146 kHz."""
    assert page_rate(2_596_146) == Rate(0xC537252A, 33)
    assert khz_of(0xC537252A, -1) == 2_596_146
    assert khz_of(0xC537252B, -1) is None
    assert khz_of(0, -1) is None


@pytest.mark.parametrize("khz", [1, 2, 999, 1000, 7_158, 7_159, 2_596_146, 10**7, MAX_KHZ])
def test_both_rates_are_near_the_true_one(khz):
    """For any rate, both multipliers fit 32 bits, and are the true one to the last bit, or a millionth."""
    for rate in (raw_rate(khz), page_rate(khz)):
        assert 0 < rate.mult < 2**32
        step = max(Fraction(1, rate.mult - 1), Fraction(1, 10**6))
        assert abs(rate.exact * khz / 10**6 - 1) < step


def test_the_raw_multiplier_leaves_room_for_ten_minutes():
    """Ten minutes of cycles times the multiplier fit 64 bits; with twice the multiplier they would not."""
    for khz in (1_000_000, 2_596_146, 3_000_000, 5_000_000):
        product = 600_000 * khz * raw_rate(khz).mult
        assert product < 2**64 <= 8 * product


def test_the_report(capsys):
    """The verdict is the last line, and no line is wider than 80 columns."""
    assert main(["drift", "--khz", "3000000", "--age", "10"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("drift 3000000 kHz: -59.372 ppb: ")
    assert "jump after 10 s  -593.718 ns" in lines
    assert max(map(len, lines)) <= 80


def test_the_document(capsys):
    """It follows its schema, and its numbers are exact."""
    assert main(["drift", "--khz", "2400000", "2000000", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / "docs/schemas/drift.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(told)
    first, second = told["results"]
    assert Fraction(first["drift"]) == drift(2_400_000)
    assert Fraction(first["jumps"][0]["ns"]) == jump(2_400_000, Fraction(1, 2))
    assert second["drift"] == "0"


@pytest.mark.parametrize(
    "given",
    [["--khz", "x"], ["--khz", "0"], ["--khz", "4294967296"], ["--khz", "9" * 5000], [],
     ["--khz", "1", "--age", "-1"], ["--khz", "1", "--age", "1e9"], ["--khz", "1", "--age", "1/0"]],
)  # fmt: skip
def test_what_cannot_be_used_is_told_in_one_line(given, capsys):
    """Exit status 2, nothing printed but one line that names what was read."""
    assert main(["drift", *given]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1 and captured.err.startswith("vtsc: ")
