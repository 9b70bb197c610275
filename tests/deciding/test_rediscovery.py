"""The known defects of docs/sources.md are found in the design that has them."""

import pytest

from tests.support.sampling import sampled
from vtsc.deciding.verdict import Status

pytestmark = pytest.mark.slow


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
