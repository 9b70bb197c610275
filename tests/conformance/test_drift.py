"""``vtsc drift``: the drift of kvmclock against the raw clock is exact, and agrees with what was measured."""

import json
from fractions import Fraction

import pytest
from jsonschema import Draft202012Validator

from conformance.rates import LEAST_KHZ, MAX_KHZ, jump, khz_of
from model.today import drift, page_rate, raw_rate
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
    assert page_rate(2_596_146) == Fraction(0xC537252A, 2**33)
    assert khz_of(0xC537252A, -1) == 2_596_146
    assert khz_of(0xC537252B, -1) is None
    assert khz_of(0, -1) is None


@pytest.mark.parametrize("khz", [LEAST_KHZ, 10_000, 999_999, 2_596_146, 10**7, MAX_KHZ])
def test_both_rates_are_near_the_true_one(khz):
    """For any rate, both are the true one to the last bit of their multiplier, or to a millionth."""
    for rate in (raw_rate(khz), page_rate(khz)):
        assert 0 < rate.numerator < 2**32
        step = max(Fraction(1, rate.numerator), Fraction(1, 10**6))
        assert abs(rate * khz / 10**6 - 1) <= step


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
     ["--khz", "7158"], ["--khz", "10000", "--age", "-1"], ["--khz", "10000", "--age", "1e9"],
     ["--khz", "10000", "--age", "1/0"]],
)  # fmt: skip
def test_what_cannot_be_used_is_told_in_one_line(given, capsys):
    """Exit status 2, nothing printed but one line that names what was read."""
    assert main(["drift", *given]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1 and captured.err.startswith("vtsc: ")
