"""How vCPUs get their offsets: values that a live kernel computed, and each rule at its edge."""

import pytest

from model.today import (
    PRESETS,
    Sample,
    Vm,
    adjust_by_guest,
    adjust_by_user,
    create_vcpu,
    create_vm,
    existing,
    guest_tsc,
    rules_named,
    set_default_rate,
    set_offset,
    set_rate,
    write_by_guest,
    write_by_user,
)
from vtsc.base.errors import UsageError
from vtsc.language import Illegal, u64

NEW = PRESETS["6.18"]
GHZ = 10**6
LIVE = 2_596_146
"""The kHz of the host on which the rules were observed."""


def at(ns, khz=GHZ):
    """What a host shows ``ns`` after its boot."""
    return Sample(ns * khz // GHZ, ns, 10**18 + ns)


def machine(vcpus=2, rules=NEW, khz=GHZ):
    """A VM whose vCPUs are created at once, 1 s after the host's boot."""
    vm = Vm(vcpus, rules, khz)
    create_vm(vm, at(10**9, khz))
    for vcpu in vm.vcpus:
        create_vcpu(vcpu, at(10**9, khz))
    return vm


def test_creation_is_a_write_of_0():
    """The first never matches, the others do; each leaves 0 as the reference."""
    vm = machine(3)
    assert [v.tsc_offset for v in vm.vcpus] == [u64(-(10**9))] * 3
    assert (vm.matched, vm.last_write, vm.generation) == (2, 0, 1)
    assert len(existing(vm)) == 3 and not vm.user_set


def test_a_restore_1200_ms_apart_opens_a_generation():
    """300e9 on both, 1.2 s apart at 2596146 kHz: the offsets differ by 1.2 s of cycles."""
    vm = machine(2, khz=LIVE)
    first, second = vm.vcpus
    assert not write_by_user(first, 300 * 10**9, at(5 * 10**9, LIVE))
    assert not write_by_user(second, 300 * 10**9, at(6_200_000_000, LIVE))
    assert u64(first.tsc_offset - second.tsc_offset) == 1_200_000_000 * LIVE // GHZ
    assert vm.matched == 0


@pytest.mark.parametrize(("after", "matched"), [(999_999_999, True), (10**9, False)])
def test_the_window_is_open(after, matched):
    """A second late is too late, a nanosecond less is not."""
    vm = machine()
    first, second = vm.vcpus
    write_by_user(first, 300 * 10**9, at(5 * 10**9))
    assert write_by_user(second, 300 * 10**9, at(5 * 10**9 + after)) is matched
    assert (second.tsc_offset == first.tsc_offset) is matched


@pytest.mark.parametrize(("ahead", "matched"), [(999_999_999, True), (10**9, False)])
def test_the_window_is_open_above(ahead, matched):
    """The same for a value that is ahead."""
    vm = machine()
    write_by_user(vm.vcpus[0], 300 * 10**9, at(5 * 10**9))
    assert write_by_user(vm.vcpus[1], 300 * 10**9 + ahead, at(5 * 10**9)) is matched


def test_the_window_slides():
    """Each write is compared with the last one, not with the first of the generation."""
    vm = machine(3)
    for n, vcpu in enumerate(vm.vcpus):
        matched = write_by_user(vcpu, 300 * 10**9, at((50 + 6 * n) * 10**8))
        assert matched is (n > 0)


@pytest.mark.parametrize(
    ("version", "matched"), [("4.11", True), ("6.6", True), ("6.7", False), ("6.6+RU", False)]
)
def test_the_first_write_of_user_space(version, matched):
    """0.3 s is within a second of what the creation's 0 has grown to; from 6.7 on that is not compared."""
    vm = machine(1, rules_named(version))
    assert write_by_user(vm.vcpus[0], 3 * 10**8, at(10**9 + 1)) is matched
    assert write_by_user(vm.vcpus[0], 3 * 10**8, at(10**9 + 2))


@pytest.mark.parametrize(("version", "lands"), [("4.11", True), ("4.12", False), ("6.18", False)])
def test_a_write_of_0(version, lands):
    """From 4.12 on it always takes the current offset."""
    vm = machine(1, rules_named(version))
    write_by_user(vm.vcpus[0], 0, at(39 * 10**9))
    assert (guest_tsc(vm.vcpus[0], at(39 * 10**9)) == 0) is lands


@pytest.mark.parametrize(("rules", "matches"), [(NEW, 1), (NEW.but(count_once=False), 2)])
def test_a_vcpu_counts_once(rules, matches):
    """The offset attribute twice on the same vCPU."""
    vm = machine(3, rules)
    for vcpu in (vm.vcpus[0], vm.vcpus[1], vm.vcpus[1]):
        set_offset(vcpu, 77, at(2 * 10**9))
    assert vm.matched == matches


def test_the_attribute_is_a_write_by_user_space():
    """So a TSC within a second of it is replaced."""
    for rules, matched in ((NEW, True), (NEW.but(attribute_is_user_write=False), False)):
        vm = machine(1, rules)
        set_offset(vm.vcpus[0], u64(-(10**9)), at(10**9))
        assert write_by_user(vm.vcpus[0], 5 * 10**8, at(10**9)) is matched


def test_there_was_no_attribute():
    """Before 5.16 a kernel has no such call."""
    with pytest.raises(Illegal):
        set_offset(machine(1, PRESETS["4.12"]).vcpus[0], 0, at(0))


def test_a_vendor_part_may_discard_offsets():
    """All that is computed is remembered; only the guest sees nothing of it."""
    vm = machine(1, NEW.but(offset_honoured=False))
    write_by_user(vm.vcpus[0], 300 * 10**9, at(5 * 10**9))
    assert vm.vcpus[0].tsc_offset == 0 and vm.cur_offset == 295 * 10**9


def test_a_guest_moves_its_own_offset():
    """Only IA32_TSC_ADJUST asks for an update; user space's write of it stores."""
    (vcpu,) = machine(1).vcpus
    vcpu.wants_update = False
    write_by_guest(vcpu, 7 * 10**9, at(2 * 10**9))
    assert guest_tsc(vcpu, at(2 * 10**9)) == 7 * 10**9 and not vcpu.wants_update
    assert vcpu.tsc_adjust == 6 * 10**9
    adjust_by_guest(vcpu, 6 * 10**9 + 5)
    assert guest_tsc(vcpu, at(2 * 10**9)) == 7 * 10**9 + 5 and vcpu.wants_update
    adjust_by_user(vcpu, 1)
    assert guest_tsc(vcpu, at(2 * 10**9)) == 7 * 10**9 + 5


@pytest.mark.parametrize(
    ("khz", "fine", "catchup"),
    [
        (2_595_495, False, False),
        (2_595_496, True, False),
        (2_596_795, True, False),
        (2_596_796, True, True),
        (0, True, False),
    ],
)
def test_rates_without_scaling(khz, fine, catchup):
    """250 parts in a million; above, the vCPU is caught up; below, the rate is refused, and stored."""
    (vcpu,) = machine(1, khz=LIVE).vcpus
    assert set_rate(vcpu, khz) is fine
    assert vcpu.always_catchup is catchup and vcpu.khz == (khz or LIVE)


def test_a_refused_rate_makes_writes_differ():
    """The rates are no longer the same, so nothing matches."""
    vm = machine(2, khz=LIVE)
    assert not set_rate(vm.vcpus[1], LIVE // 2)
    assert not write_by_user(vm.vcpus[1], 0, at(2 * 10**9, LIVE))


def test_scaling():
    """A guest of half the host's rate, where the processor can scale."""
    (vcpu,) = machine(1, NEW.but(scaling=True)).vcpus
    assert set_rate(vcpu, GHZ // 2)
    write_by_user(vcpu, 0, at(0))
    before = guest_tsc(vcpu, at(10**9))
    assert guest_tsc(vcpu, at(3 * 10**9)) - before == 10**9


def test_the_rate_of_a_vm():
    """It is for vCPUs to come; without scaling, one out of tolerance leaves them a ratio of 0."""
    vm = Vm(1, NEW, GHZ)
    assert set_default_rate(vm, 2 * GHZ)
    create_vcpu(vm.vcpus[0], at(10**9))
    assert vm.vcpus[0].ratio == 0 and guest_tsc(vm.vcpus[0], at(5)) == guest_tsc(vm.vcpus[0], at(9))
    assert not set_default_rate(vm, GHZ)


def test_rules_by_name():
    """A version and switches; anything else is refused with what is accepted."""
    assert rules_named("6.6+RU") == PRESETS["6.6"].but(first_write_exempt=True)
    assert rules_named("6.18-zero_matches") == NEW.but(zero_matches=False)
    for text, told in (("5", "no kernel 5: accepted are 4.11"), ("6.6+RX", "no rule RX: accepted")):
        with pytest.raises(UsageError, match=told):
            rules_named(text)
