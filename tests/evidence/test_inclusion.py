"""Which values permit more runs: proved for all pairs at once, and refused where that is not so."""

from fractions import Fraction

import pytest

from vtsc.content.case import Case
from vtsc.deciding.threshold import grid
from vtsc.evidence import inclusion as module
from vtsc.evidence.inclusion import Range, asked, inclusion

TRAPPING = {
    "vcpus": "2", "trapping": "unstable", "rdtsc_emulation": "bump-vm", "trap_switch": "kick",
    "trap_seed": "decision", "clock_resolution": "10ms",
}  # fmt: skip
GREATER = [
    ("skew_max", "2.6.37", "skewed", "monotonic_smp", {}, "0..1000"),
    ("timeslice", "2.6.37", "slow", "bounded_lag", {}, "1us..1s"),
    ("entry_delay", "2.6.37", "slow", "bounded_lag", {"exit_interval": "1ms"}, "1us..1s"),
    ("dormancy", "pre25", "cstate", "bounded_lag", {}, "1us..1s"),
]
SMALLER = [
    ("lag_bound", "2.6.37", "slow", "bounded_lag", {}, "0ns..1s"),
    ("late_bound", "2.6.37", "cstate", "timer_lateness", {}, "1us..1s"),
    ("rdtsc_cycles", "patch25", "stable", "nonzero_delta", {}, "1..1000"),
    ("smp_tolerance", "2.6.37", "skewed", "monotonic_smp", {}, "0..1000"),
]
NEITHER = [
    ("clock_resolution", "2.6.37", "cstate", "bounded_lag", {}, "1us..1s"),
    ("emul_bump", "patch25", "cstate", "nonzero_delta", TRAPPING, "2..1000"),
    ("host_rate_min", "2.6.37", "slow", "bounded_lag", {}, "0..1"),
    ("vcpus", "2.6.37", "slow", "bounded_lag", {}, "1..8"),
]


def ranged(content, name, design, host, prop, given, within):
    """The case at each value, and the range."""
    parameter = content.model.parameters[name]
    values = grid(parameter, within)

    def at(number):
        settings = content.resolve(design, prop, {**given, name: str(values.text(number))})
        return Case(content, design, host, settings)

    return at, prop, Range(name, parameter.kind, values.first, values.step, values.count - 1)


@pytest.mark.parametrize("of", GREATER, ids=str)
def test_what_greater_limits_permit(content, of):
    """A limit on the host or on the schedule: every run stays one, and not the other way round."""
    found = inclusion(*ranged(content, *of), more=True)
    assert found is not None and len(found.questions) == 15
    assert inclusion(*ranged(content, *of), more=False) is None


@pytest.mark.slow
@pytest.mark.parametrize("of", SMALLER, ids=str)
def test_what_greater_limits_forbid(content, of):
    """What a property allows, or the time that reads take: only what was worse is still a violation."""
    assert inclusion(*ranged(content, *of), more=False) is not None
    assert inclusion(*ranged(content, *of), more=True) is None


@pytest.mark.slow
@pytest.mark.parametrize("of", NEITHER, ids=str)
def test_what_is_not_known(content, of):
    """Where states differ, where a term would not be linear, and where the value chooses fields."""
    for more in (True, False):
        assert inclusion(*ranged(content, *of), more=more) is None


def test_a_unit_that_differs_between_values_is_refused(content):
    """With a step of half a nanosecond, time would have another unit at every second value."""
    at, prop, values = ranged(content, "timeslice", "2.6.37", "slow", "bounded_lag", {}, "1us..9us")
    half = Range("timeslice", "duration", values.first, Fraction(1, 2), 10)
    assert inclusion(at, prop, half, more=True) is None
    with pytest.raises(TypeError, match="which value"):
        asked(at, prop, half, more=True)


@pytest.mark.parametrize("end", ["first", "last"])
def test_the_unknown_is_compared_with_plain_values(content, monkeypatch, end):
    """A range that does not begin, or end, at the values of the cases has no proof."""
    at, prop, values = ranged(content, "timeslice", "2.6.37", "slow", "bounded_lag", {}, "1us..9us")
    wrong = {0: 1} if end == "first" else {values.last: values.last - 1}
    with pytest.raises(module.EvidenceError, match=f"{end}-"):
        module.solve(asked(lambda n: at(wrong.get(n, n)), prop, values, more=True))
