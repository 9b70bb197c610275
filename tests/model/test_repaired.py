"""The repaired design keeps what it can, no part is idle, and what it cannot keep, none can."""

import pytest

from tests.support.cases import decide_group, open_case
from tests.support.paths import ROOT
from vtsc.content.cells import groups
from vtsc.content.loader import load
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort
from vtsc.engines.proof.induction import Induction
from vtsc.evidence.systems import Systems
from vtsc.language.actions import Call
from vtsc.native.inputs import Solved

SOURCE = ROOT / "model/designs/repaired.py"
LIMITS = {"exit_interval": "1ms", "entry_delay": "1ms"}
TRAPS = {"trapping": "unstable", "vcpus": "2"}
FIVE = ("monotonic", "monotonic_smp", "nonzero_delta", "bounded_lag", "bounded_lead")

ASKS_AT_PUT = """        super().vcpu_put(host, vcpu)
        vcpu.request(CLOCK_UPDATE)
"""
NOTES = "        vcpu.last_guest_tsc = u64(self.read_tsc(host, vcpu))\n"
ASKS_AT_EXIT = """        if host.tsc_unstable:
            vcpu.request(CLOCK_UPDATE)
"""
LOWERS = "        vcpu.tsc_offset += wanted - tsc_timestamp\n"
NOT_BELOW = "        wanted = later(wanted, vcpu.last_guest_tsc)\n"
TOLERATES = "            wanted = tsc_timestamp\n"
AT_ONCE = "                vcpu.tsc_trapping = True\n"
PARTS = {
    "put asks": (ASKS_AT_PUT, ASKS_AT_PUT[:45], "skewed", "bounded_lag", 4, {}),
    "exit notes": (NOTES, "", "fast", "monotonic", 9, {}),
    "exit asks": (ASKS_AT_EXIT, "", "slow", "bounded_lag", 9, LIMITS),
    "update lowers": (
        LOWERS,
        f"        if vcpu.caught_up:\n    {LOWERS}",
        "skewed",
        "bounded_lead",
        4,
        {},
    ),
    "update keeps the last value": (
        NOT_BELOW,
        "        wanted = u64(wanted)\n",
        "fast",
        "monotonic",
        9,
        {},
    ),
    "update tolerates a step": (
        TOLERATES,
        "            pass\n",
        "stable",
        "monotonic_smp",
        10,
        {"clock_resolution": "4ms"},
    ),
    "trapping starts at once": (
        AT_ONCE,
        "                pass\n",
        "slow",
        "monotonic_smp",
        9,
        TRAPS,
    ),
}

QUICK = ("put asks", "update lowers")
"""Those whose violation is found in few steps."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    [
        *QUICK,
        *(pytest.param(x, marks=pytest.mark.hours) for x in PARTS if x not in QUICK),
    ],
)
def test_each_part_is_necessary(part, tmp_path):
    """Without it a property that the whole design keeps is violated, by a run that was replayed."""
    old, new, host, prop, depth, given = PARTS[part]
    text = SOURCE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file = tmp_path / "without.py"
    file.write_text(text.replace(old, new).replace('"repaired"', '"without"'), encoding="utf-8")
    content = load(str(ROOT), str(file))
    (group,) = groups(content, ["without"], [host], [prop], given)
    (result,) = decide_group(content, group, depth, Effort.BOUNDED)
    assert result.status is Status.VIOLATED, (result.text, result.reason)


def proved(content, host: str, prop: str, **given: str) -> bool:
    """Whether the design's lemmas prove a cell."""
    case = open_case(content, "repaired", host, prop, **given)
    system = Systems(case).own([case.property(prop)], case.lemmas(prop))
    return Induction(system).proves(prop)


@pytest.mark.hours
@pytest.mark.parametrize("host", ["stable", "skewed", "cstate", "slow", "fast", "resetting"])
def test_all_properties_are_proved_where_it_may_trap(content, host):
    """With two vCPUs and trapping, every property holds on every host."""
    assert [p for p in FIVE if not proved(content, host, p, **TRAPS)] == []


@pytest.mark.hours
def test_limits_bound_the_lag_of_passthrough(content, verdict):
    """On `slow`, half of the time between two updates is lost, and no more: the bound is exact."""
    assert proved(content, "slow", "bounded_lag", lag_bound="1ms", **LIMITS)
    less = verdict("repaired", "slow", "bounded_lag", 6, lag_bound="999999ns", **LIMITS)
    assert less.status is Status.VIOLATED


@pytest.mark.hours
def test_a_coarse_clock_does_not_harm_a_stable_host(content):
    """What 25/35 keeps there is kept."""
    assert proved(content, "stable", "monotonic_smp", clock_resolution="4ms")


# two runs that no passthrough design can tell apart

ALONE = (("load", 0, 1), ("serve", 0), ("enter", 0), ("mark",))
TOGETHER = (
    ("load", 0, 1), ("load", 1, 2), ("serve", 0), ("serve", 1), ("enter", 0), ("enter", 1), ("mark",),
)  # fmt: skip
MS = 10**6
LAG = {"slow": ((5 * MS, 5 * MS), (10 * MS, 5 * MS)), "fast": ((5 * MS, 5 * MS), (2500000, 5 * MS))}
"""For each host two ways in which a read comes: true time passed, and cycles, which are equal."""
ORDER = {
    "slow": (((0, 100, 100, 50), (1, 2, 1, 1)), ((1, 52, 26, 52), (0, 100, 74, 50))),
    "fast": (((0, 50, 100, 50), (1, 1, 1, 1)), ((1, 52, 52, 52), (0, 48, 48, 48))),
}
"""For each host two ways in which two vCPUs read: which one, true time, cycles of pCPU 1 and of pCPU 2."""


class Seen:
    """A native run, with all that a design could sample in its steps and the values that the guest read."""

    def __init__(self, content, design: str, host: str, **given: str) -> None:
        case = open_case(content, design, host, None, pcpus="3", **given)
        self.machine = case.new_machine()
        self.state = self.machine.state()
        self.machine.initialise(self.state, Solved({}))
        self.sampled: list[object] = []
        self.read: dict[int, int] = {}

    def take(self, name: str, *args: int, **inputs: int) -> int | None:
        """Take a step; returns the value of a read."""
        call, solved = Call(name, args), Solved(inputs)
        self.machine.advance(self.state, solved)
        step = self.machine.perform(self.state, call, solved)
        if name == "rdtsc":
            return step.observed.value % 2**64
        host = self.state.host
        self.sampled.append(
            (call, host.kernel_ns(), host.tsc_unstable, [p.tsc for p in host.pcpus])
        )
        return None


def passthrough(content) -> list[str]:
    """The designs that do not trap here: all of them."""
    return list(content.model.designs)


@pytest.mark.parametrize("host", LAG)
def test_no_passthrough_design_bounds_lag_and_lead(content, host):
    """The design sees the same in both runs, so the guest reads the same; no value is right in both."""
    for design in passthrough(content):
        runs = [Seen(content, design, host) for _ in LAG[host]]
        values, ideals = [], []
        for run, (dt, cycles) in zip(runs, LAG[host], strict=True):
            for step in ALONE:
                run.take(*step)
            values.append(run.take("rdtsc", 0, dt=dt, d0=cycles, d1=cycles, d2=cycles))
            ideals.append(run.machine.ideal(run.state, 0) % 2**64)
        assert runs[0].sampled == runs[1].sampled and values[0] == values[1]
        assert abs(ideals[0] - ideals[1]) > 2 * MS  # both bounds are 1 ms, or 10^6 cycles
        assert any(abs(v - i) > MS for v, i in zip(values, ideals, strict=True)), design


@pytest.mark.parametrize("host", ORDER)
def test_no_passthrough_design_orders_reads_across_vcpus(content, host):
    """In one run offsets must differ by at least 49 cycles, in the other by at most 48."""
    for design in passthrough(content):
        samples, warps = [], []
        for ways in ORDER[host]:
            run = Seen(content, design, host, vcpus="2")
            for step in TOGETHER:
                run.take(*step)
            samples.append(run.sampled)
            first, second = (
                run.take("rdtsc", v, dt=dt, d0=d1, d1=d1, d2=d2) for v, dt, d1, d2 in ways
            )
            warps.append(second < first)
        assert samples[0] == samples[1] and any(warps), design
