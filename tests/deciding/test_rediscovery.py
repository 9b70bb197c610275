"""The known defects of docs/sources.md are found in the design that has them."""

import pytest

from tests.support.sampling import sampled
from vtsc.deciding.verdict import Status

pytestmark = pytest.mark.slow


@pytest.mark.hours
def test_kd1_a_pcpu_speeds_up_and_kvmclock_is_not_told(verdict):
    """KD1: the guest goes on with the factor of the rate at boot, and then its clock is updated."""
    given = {"cpufreq": "on", "kvmclock": "on", "pcpus": "1", "virtual_khz": "2000000"}
    result = verdict("before-c8076604", "fast", "kvmclock_monotonic", 11, **given)
    assert result.text == "VIOLATED(11)"
    names = [step.call.name for step in result.trace.steps]
    assert names.index("cpufreq") < names.index("clock") < names.index("put") < len(names) - 1


def test_kd2_init_restarts_a_tsc_that_was_read(verdict):
    """KD2: between 58877679 and 47008cd8, INIT and SIPI restart the TSC; one that was read goes back."""
    result = verdict("58877679-svm", "stable", "monotonic", 8, init_sipi="on")
    assert result.text == "VIOLATED(8)"
    names = [step.call.name for step in result.trace.steps]
    assert names.index("rdtsc") < names.index("init") < len(names) - 1


def test_kd2_is_there_in_2_6_35_only_where_the_offset_was_moved(verdict):
    """KD2: the offset becomes 0 again, which is what it was unless a load has compensated."""
    assert verdict("2.6.35-svm", "stable", "monotonic", 8, init_sipi="on").text == "HOLDS_TO(8)"
    result = verdict("2.6.35-svm", "slow", "monotonic", 11, init_sipi="on")
    assert result.text == "VIOLATED(11)"
    offsets = [s.state["vcpu0"]["tsc_offset"] for s in result.run.steps]
    assert offsets[3] > 0 and offsets[-1] == 0


def test_kd2_is_gone_where_init_leaves_the_tsc_alone(verdict):
    """47008cd8, part of 2.6.36, ends KD2."""
    assert verdict("2.6.36-svm", "stable", "monotonic", 8, init_sipi="on").text == "HOLDS_TO(8)"


EARLY = {"tsc_writes": "on", "tsc_writes_until": "4s"}


def test_kd3_equal_writes_at_different_times(verdict):
    """KD3: each write of 99e3e30a stands for itself, so the vCPU that is written later is behind."""
    result = verdict("99e3e30a", "stable", "monotonic_smp", 12, **EARLY)
    assert result.text == "VIOLATED(12)"
    writes = [s.call.args for s in result.trace.steps if s.call.name == "write"]
    assert writes in ([(0,), (1,)], [(1,), (0,)])


@pytest.mark.parametrize(
    ("given", "text"), [(EARLY, "HOLDS_TO(12)"), ({"tsc_writes": "on"}, "VIOLATED(12)")]
)
def test_kd3_is_gone_where_writes_match_and_that_is_for_five_seconds(verdict, given, text):
    """f38e098f ends KD3 for writes that follow each other within five seconds, and for no others."""
    assert verdict("f38e098f", "stable", "monotonic_smp", 12, **given).text == text


def test_kd4_deep_cstate_on_the_same_pcpu(verdict):
    """KD4: e48672fa compensates migrations only; a TSC that steps back on the same pCPU warps."""
    result = verdict("e48672fa", "cstate", "monotonic", 11)
    assert result.text == "VIOLATED(11)"
    loads = [s.call.args for s in result.trace.steps if s.call.name == "load"]
    jumps = [s.call.args for s in result.trace.steps if s.call.name == "jump"]
    assert len({pcpu for _, pcpu in loads}) == 1
    assert jumps == [(loads[0][1],)]


def test_kd4_is_gone_where_every_load_compensates(verdict):
    """The deep C-state patch, part of pre25, ends KD4."""
    assert verdict("pre25", "cstate", "monotonic", 11).status is Status.BOUNDED


def test_kd5_two_updates_in_one_step_of_the_clock(verdict):
    """KD5: the second update pairs a later TSC with the same time, so the clock that was read goes back."""
    given = {"clock_resolution": "10ms", "kvmclock": "on", "pcpus": "1"}
    result = verdict("f38e098f", "stable", "kvmclock_monotonic", 10, **given)
    assert result.text == "VIOLATED(10)"
    names = [step.call.name for step in result.trace.steps]
    between = names[names.index("clock") : -1]
    assert "serve" in between and names[-1] == "clock"


@sampled(3, "n", [1, 2, 3])
def test_kd6_lag_grows_with_every_put_and_load(verdict, n):
    """KD6: pre25 loses all the time off the pCPU, n times over in n rounds."""
    settings = {"dormancy": "1ms", "lag_bound": f"{n * 10**6 - 1}ns"}
    result = verdict("pre25", "cstate", "bounded_lag", 2 * n + 3, **settings)
    assert result.text == f"VIOLATED({2 * n + 3})"
    assert sum(s.call.name == "load" for s in result.trace.steps) == n


def test_kd6_is_gone_with_catchup(verdict):
    """2.6.37 catches up at the load after which pre25 lags."""
    settings = {"dormancy": "1ms", "lag_bound": "999999ns"}
    assert verdict("2.6.37", "cstate", "bounded_lag", 7, **settings).status is Status.BOUNDED


def test_kd7_marked_between_put_and_load(verdict):
    """KD7: patch 25/35 notes at put that compensation is due, and marking comes after the put."""
    result = verdict("patch25", "cstate", "monotonic", 11)
    assert result.text == "VIOLATED(11)"
    names = [step.call.name for step in result.trace.steps]
    assert names.index("put") < names.index("mark") < names.index("jump")
    assert names.index("jump") < len(names) - 1 - names[::-1].index("load")


@pytest.mark.hours
def test_kd8_suspend_on_a_stable_host(verdict):
    """KD8: after a suspend the TSC restarts; SVM does not notice on the same pCPU, VMX does."""
    assert verdict("2.6.37", "resetting", "monotonic", 11).text == "VIOLATED(11)"
    vmx = verdict("2.6.37", "resetting", "monotonic", 11, vendor="vmx")
    assert vmx.text == "HOLDS_TO(11)"


def test_kd8_is_gone_where_enabling_notices_the_reset(verdict):
    """0dd6a6ed ends KD8: the vCPU goes on from where it was put."""
    assert verdict("0dd6a6ed", "resetting", "monotonic", 8).text == "HOLDS_TO(8)"
