"""Offsets that a trace does not tell: nothing is assumed of them but what the pages say."""

import pytest

from conformance.explain.reading import parsed
from tests.support.recordings import KHZ, explained

SCALE = "tsc_to_system_mul 0xc537252a, tsc_shift -1"
OPEN_PAIR = f"""\
vmm-1000 [000] d..1. 5000052536000: kvm_update_master_clock: masterclock 1 hostclock tsc offsetmatched 1
vcpu0-1001 [000] d..1. 5000052539168: kvm_pvclock_update: vcpu_id 0, pvclock {{ version 4, \
tsc_timestamp 0x10be6, system_time 0x0, {SCALE}, flags 0x1 }}
vmm-1000 [000] d..1. 5000052543590: kvm_update_master_clock: masterclock 1 hostclock tsc offsetmatched 1
vcpu1-1002 [000] d..1. 5000052547170: kvm_pvclock_update: vcpu_id 1, pvclock {{ version 4, \
tsc_timestamp 0x1a13c3238, system_time 0xef50be845b607bb, {SCALE}, flags 0x1 }}
vcpu1-1002 [000] d..1. 5000052548422: kvm_write_tsc_offset: vcpu=1 prev=18446739080657054359 \
next=18446739073657086900
vcpu1-1002 [000] d..1. 5000052548883: kvm_msr: msr_write 3b = 0x0
vcpu0-1001 [000] d..1. 5000052559237: kvm_pvclock_update: vcpu_id 0, pvclock {{ version 6, \
tsc_timestamp 0x12b55, system_time 0xef50be845b607bb, {SCALE}, flags 0x1 }}
"""
"""vCPU 0's offset is never told: a pair is first shown by it, and the next one by vCPU 1, whose offset is."""
OLD_PAIR = f"""\
vcpu2-1003 [000] d..1. 5000055870163: kvm_pvclock_update: vcpu_id 2, pvclock {{ version 2, \
tsc_timestamp 0xd5b6, system_time 0x3b9ae835, {SCALE}, flags 0x1 }}
vcpu0-1001 [000] d..1. 5000055875929: kvm_write_tsc_offset: vcpu=0 prev=18446739073653750432 \
next=8986452960922686839
vcpu0-1001 [000] d..1. 5000055878109: kvm_track_tsc: vcpu_id 0 masterclock 1 offsetmatched 0 \
nr_online 3 hostclock tsc
vcpu0-1001 [000] d..1. 5000055881892: kvm_update_master_clock: masterclock 0 hostclock tsc offsetmatched 0
vcpu0-1001 [000] d..1. 5000055886255: kvm_pvclock_update: vcpu_id 0, pvclock {{ version 4, \
tsc_timestamp 0x7cb64fe7391bde57, system_time 0x3b9b12bb, {SCALE}, flags 0x0 }}
vcpu2-1003 [000] d..1. 5000055889999: kvm_pvclock_update: vcpu_id 2, pvclock {{ version 4, \
tsc_timestamp 0x15514, system_time 0x3b9b1980, {SCALE}, flags 0x0 }}
"""
"""A pair from before the trace is shown by vCPU 2, whose offset is told by nothing but its second page."""


def told(text):
    """How far a text is explained, as the middle of a VM's life."""
    return explained(parsed(text, "made"), start="midlife")


@pytest.mark.parametrize("text", [OPEN_PAIR, OLD_PAIR])
def test_an_offset_that_no_event_tells_is_learned_from_pages(text):
    """Neither the first page of a vCPU nor the time of an event tells its offset to the cycle."""
    found = told(text)
    assert found.blocked is None, found.refusals[:3]
    assert any(h.vm.rules.offset_honoured for h in found.left)


def test_and_then_it_is_known_to_the_cycle():
    """vCPU 0's offset follows from the pair that both have shown."""
    honoured = [h for h in told(OPEN_PAIR).left if h.vm.rules.offset_honoured]
    assert {(h.vm.vcpus[0].tsc_offset, bool(h.loose)) for h in honoured} == {
        (18446739073657086900, False)
    }


@pytest.mark.parametrize("by", [1, -1, 10_000, 10**6])
def test_one_pair_on_two_pages_holds_the_offsets_together(by):
    """Another page of vCPU 0 with the same pair has the same TSC, and the next pair is as far on vCPU 1."""
    again = OPEN_PAIR.splitlines()[-1].replace("version 6", "version 8")
    good = OPEN_PAIR + again.replace("5000052559237", "5000052561111") + "\n"
    assert told(good).blocked is None
    at = good.rindex("0x12b55")
    blocked = told(good[:at] + hex(0x12B55 + by) + good[at + 7 :]).blocked
    assert blocked is not None and blocked.first.line == 8


def test_two_open_offsets_are_known_relative_to_each_other():
    """Neither vCPU's offset is told; a first pair says how far apart they are, a second one must agree."""
    first, second = 5_000_052_530_000, 5_000_052_550_000
    lines = []
    for n, rd in enumerate((first, second)):
        ns = 1000 + rd * 10**6 // KHZ
        text = "masterclock 1 hostclock tsc offsetmatched 1"
        lines.append(f"vmm-1000 [000] d..1. {rd + 900}: kvm_update_master_clock: {text}")
        for vcpu, offset in ((0, -4_999_999_999_000), (1, 7_000_000_000_123)):
            head = f"vcpu{vcpu}-{1001 + vcpu} [000] d..1. {rd + 5000 + 900 * vcpu}:"
            pair = f"tsc_timestamp {rd + offset:#x}, system_time {ns:#x}, {SCALE}, flags 0x1"
            page = f"vcpu_id {vcpu}, pvclock {{ version {2 * n + 2}, {pair} }}"
            lines.append(f"{head} kvm_pvclock_update: {page}")
    found = told("\n".join(lines))
    assert found.blocked is None, found.refusals[:3]
    wrong = lines[-1].replace(
        f"{second + 7_000_000_000_123:#x}", f"{second + 7_000_000_000_124:#x}"
    )
    assert wrong != lines[-1]
    found = told("\n".join([*lines[:-1], wrong]))
    assert found.blocked is not None and found.blocked.first.line == 6
    assert any("tsc_timestamp would be" in r.guard for r in found.refusals)
