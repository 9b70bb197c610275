"""kvmclock: the master clock, pages, what user space reads and writes; and the drift of the host's clock."""

from fractions import Fraction

import pytest

from model.today import (
    PRESETS,
    Sample,
    deliver,
    drift,
    enter,
    expire,
    flags_accepted,
    get_clock,
    guest_clock,
    guest_tsc,
    leave,
    load,
    page_rate,
    raw_rate,
    reference_time,
    register,
    set_clock,
    set_lapic,
    set_rate,
    start_stimer,
    stop_clock,
    update_all,
    write_by_user,
    write_deadline,
)
from tests.model.today.test_writes import LIVE, NEW, at, machine


def registered(vcpus=2, rules=NEW, khz=10**6):
    """A VM whose vCPUs have registered their pages."""
    vm = machine(vcpus, rules, khz)
    for vcpu in vm.vcpus:
        register(vcpu, active=True, old=False, by_user=False)
    return vm


def test_the_first_entry_takes_the_master_clock():
    """Flags are 0 until then; with it, time counts from the VM's creation."""
    vm = registered()
    assert not get_clock(vm, at(2 * 10**9)).flagged
    for vcpu in vm.vcpus:
        enter(vcpu, at(3 * 10**9))
    found = get_clock(vm, at(4 * 10**9))
    assert found.flagged and found.clock == 3 * 10**9
    assert (found.realtime, found.host_tsc) == (10**18 + 4 * 10**9, 4 * 10**9)
    assert vm.vcpus[1].page_stable and vm.vcpus[1].version == 2
    assert guest_clock(vm.vcpus[1], at(4 * 10**9)) == 3 * 10**9


def test_unequal_offsets_end_it():
    """Two writes that do not match turn it off at the next entry; kvmclock stays where it is."""
    vm = registered()
    for vcpu in vm.vcpus:
        enter(vcpu, at(3 * 10**9))
    write_by_user(vm.vcpus[1], 300 * 10**9, at(4 * 10**9))
    enter(vm.vcpus[1], at(5 * 10**9))
    assert not vm.master and not vm.vcpus[1].page_stable
    assert guest_clock(vm.vcpus[1], at(6 * 10**9)) == 5 * 10**9


def test_the_old_msr_ends_it():
    """A guest that registers vCPU 0 by the old MSR gets no master clock."""
    vm = registered()
    register(vm.vcpus[0], active=True, old=True, by_user=False)
    for vcpu in vm.vcpus:
        enter(vcpu, at(3 * 10**9))
    assert not vm.master


def test_setting_the_clock():
    """With and without the wall time that has passed; a future one adds nothing."""
    for realtime, flagged, expected in (
        (10**18 + 10**9, False, 7 * 10**9),
        (10**18 + 10**9, True, 8 * 10**9),
        (10**18 + 9 * 10**9, True, 7 * 10**9),
        (0, True, 7 * 10**9 + 10**18 + 2 * 10**9),
    ):
        vm = registered()
        set_clock(vm, 7 * 10**9, realtime, flagged, at(2 * 10**9))
        assert get_clock(vm, at(2 * 10**9)).clock == expected


def test_flags_of_kernels():
    """Before 5.16 none is accepted; then three are."""
    new, old = machine(1), machine(1, PRESETS["4.12"])
    assert [f for f in range(32) if flags_accepted(new, f)] == [0, 2, 4, 6, 8, 10, 12, 14]
    assert [f for f in range(32) if flags_accepted(old, f)] == [0]


def test_a_stopped_guest_is_told_once():
    """The call needs an active page; the next update sets the flag, which stays."""
    vm = machine(1)
    assert not stop_clock(vm.vcpus[0])
    register(vm.vcpus[0], active=True, old=False, by_user=False)
    assert stop_clock(vm.vcpus[0])
    enter(vm.vcpus[0], at(3 * 10**9))
    assert vm.vcpus[0].page_stopped and not vm.vcpus[0].wants_stopped


def test_a_page_in_progress_gets_the_next_even_version():
    """The version is taken from the guest's page."""
    (vcpu,) = registered(1).vcpus
    vcpu.version = 5
    enter(vcpu, at(3 * 10**9))
    assert vcpu.version == 8


def test_a_move_asks_for_an_update_without_the_master_clock_alone():
    """Under the master clock all pCPUs have one pair."""
    vm = registered()
    for vcpu in vm.vcpus:
        enter(vcpu, at(3 * 10**9))
    enter(vm.vcpus[0], at(3 * 10**9))
    load(vm.vcpus[0], 1)
    assert not vm.vcpus[0].wants_global
    vm.master = False
    load(vm.vcpus[0], 0)
    assert vm.vcpus[0].wants_global


def test_a_global_update_reaches_the_others_later():
    """From 6.19 on at once."""
    for rules, at_once in ((NEW, False), (NEW.but(global_at_once=True), True)):
        vm = registered(2, rules)
        for vcpu in vm.vcpus:
            enter(vcpu, at(3 * 10**9))
        vm.vcpus[1].wants_update = False
        vm.vcpus[0].wants_global = True
        enter(vm.vcpus[0], at(4 * 10**9))
        assert vm.vcpus[1].wants_update is at_once
        update_all(vm)
        assert vm.vcpus[1].wants_update


def test_a_faster_guest_is_caught_up():
    """At 1.2 times the host's rate, each entry raises the TSC to what the time since the write calls for."""
    (vcpu,) = registered(1).vcpus
    set_rate(vcpu, 1_200_000)
    write_by_user(vcpu, 10**9, at(2 * 10**9))
    enter(vcpu, at(3 * 10**9))
    assert guest_tsc(vcpu, at(3 * 10**9)) == 10**9 + 1_199_999_999
    leave(vcpu, at(3 * 10**9))
    assert vcpu.wants_update


def test_deadlines():
    """Ignored outside of the mode, fixed at the write, kept by SET_LAPIC, dropped by a change of the mode."""
    (vcpu,) = machine(1).vcpus
    write_deadline(vcpu, 3 * 10**9, at(2 * 10**9))
    assert vcpu.deadline == 0
    set_lapic(vcpu, deadline_mode=True, irr=False, sample=at(2 * 10**9))
    write_deadline(vcpu, 3 * 10**9, at(2 * 10**9))
    assert vcpu.armed and vcpu.fires_at == 4 * 10**9
    write_by_user(vcpu, 500 * 10**9, at(2 * 10**9))
    assert vcpu.fires_at == 4 * 10**9
    set_lapic(vcpu, deadline_mode=True, irr=False, sample=at(2 * 10**9))
    assert vcpu.deadline == 3 * 10**9 and vcpu.fires_at == 2 * 10**9
    set_lapic(vcpu, deadline_mode=False, irr=False, sample=at(2 * 10**9))
    assert vcpu.deadline == 0 and not vcpu.armed


@pytest.mark.parametrize(("posted", "irr", "kept"), [(False, False, 9), (True, True, 0)])
def test_an_expired_timer(posted, irr, kept):
    """It waits for a run with its deadline, or is in the APIC's page at once without."""
    (vcpu,) = machine(1, NEW.but(timer_posted=posted)).vcpus
    set_lapic(vcpu, deadline_mode=True, irr=False, sample=at(2 * 10**9))
    write_deadline(vcpu, 9, at(2 * 10**9))
    expire(vcpu)
    assert (vcpu.irr, vcpu.deadline, vcpu.armed) == (irr, kept, False)
    deliver(vcpu)
    assert (vcpu.irr, vcpu.deadline) == (True, 0)


def test_reference_time_and_its_timers():
    """In units of 100 ns: kvmclock, or with a page what the guest computes from its TSC."""
    vm = registered(1)
    (vcpu,) = vm.vcpus
    assert reference_time(vm, at(3 * 10**9)) == 20_000_000
    start_stimer(vcpu, 30_000_000, at(3 * 10**9))
    assert vcpu.stimer_fires_at == 4 * 10**9
    vm.reference_page = True
    enter(vcpu, at(3 * 10**9))
    write_by_user(vcpu, 50 * 10**9, at(3 * 10**9))
    assert reference_time(vm, at(3 * 10**9)) == 500_000_000


@pytest.mark.parametrize("khz", [10**6, LIVE])
def test_reference_time_of_an_old_guest_at_a_rate_within_the_tolerance(khz):
    """A page that is 1000 hours old tells what kvmclock does, whatever rate user space has asked for."""
    vm = registered(1, khz=khz)
    vm.reference_page = True
    assert set_rate(vm.vcpus[0], khz + 100)
    enter(vm.vcpus[0], at(3 * 10**9, khz))
    old = at(1000 * 3600 * 10**9, khz)
    assert reference_time(vm, old) == guest_clock(vm.vcpus[0], old) // 100 > 35 * 10**12


@pytest.mark.parametrize(
    ("khz", "ppb"), [(LIVE, 64.677), (2_000_000, 0), (2_400_000, 47.777), (3_000_000, -59.372)]
)
def test_drift_of_the_hosts_clock(khz, ppb):
    """As computed for a live host, on which +33 ns after 0.5 s and +19727 ns after 305.0 s were measured."""
    assert abs(float(drift(khz)) * 10**9 - ppb) < 0.001
    assert drift(khz) == raw_rate(khz) / page_rate(khz) - 1
    if khz == LIVE:
        assert 32 <= drift(khz) * 5 * 10**8 <= 34
        assert abs(drift(khz) * 305 * 10**9 - 19_727) < 5


def test_a_gigahertz_drifts_not():
    """All that is computed with unknown delays is exact at this rate."""
    assert raw_rate(10**6) == page_rate(10**6) == Fraction(1)
    assert Sample(1, 2).wall == 0
