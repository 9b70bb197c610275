"""Patch 25/35 as posted in August 2010, "Add clock catchup mode".

Mirrors kvm_arch_vcpu_load and kvm_arch_vcpu_put as quoted in the mail, and kvm_guest_time_update as
reconstructed from c285545f. Trapping comes on top through `model.trapping`.
"""

from typing import ClassVar

from model.arithmetic import scale
from model.designs.base import CLOCK_UPDATE, FLOOR_AT_UPDATE, MIGRATE_TIMER
from model.designs.pre25 import Pre25
from model.host.host import Host
from model.lemmas.standings import Standing, guest_tsc, is_away, stays_on
from model.trapping import catches_up, caught_up_to, follow_mode
from model.vm import Vcpu, Vm
from vtsc.language import both, integer, negation, s64, u64

STAYS_AS_IT_IS = Standing(
    "stays_as_it_is",
    "while a vCPU is off the pCPU it ran on last, and not to be rebased",
    "that pCPU's TSC plus its offset",
    lambda host, vcpu, c: both(stays_on(host, vcpu, c), negation(vcpu.tsc_rebase)),
    guest_tsc,
)

OFFSET_AS_IT_IS = Standing(
    "offset_as_it_is",
    "while a vCPU is off its pCPU and not to be rebased",
    "its offset",
    lambda host, vcpu, c: both(is_away(vcpu), negation(vcpu.tsc_rebase)),
    lambda host, vcpu, c: integer(vcpu.tsc_offset),
    anywhere=True,
)


class Patch25(Pre25):
    """Patch 25/35 as posted."""

    name = "patch25"
    title = 'patch 25/35 as posted, "Add clock catchup mode"'
    traps = True
    guarded = True
    standings: ClassVar[tuple[Standing, ...]] = (
        *Pre25.standings,
        STAYS_AS_IT_IS,
        OFFSET_AS_IT_IS,
    )

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors kvm_arch_vcpu_load. [load-rebase]"""
        if vcpu.cpu != cpu or vcpu.tsc_rebase:
            tsc_delta = 0 if vcpu.last_host_tsc == 0 else s64(host.tsc(cpu) - vcpu.last_host_tsc)
            if tsc_delta < 0:
                host.mark_tsc_unstable()
            if host.tsc_unstable:
                vcpu.tsc_offset -= tsc_delta
                vcpu.request(CLOCK_UPDATE)
            if vcpu.cpu != cpu:
                vcpu.request(MIGRATE_TIMER)
            vcpu.cpu = cpu
            vcpu.tsc_rebase = False

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors kvm_arch_vcpu_put. [put-rebase]"""
        vcpu.last_host_tsc = host.tsc(vcpu.cpu)
        if host.tsc_unstable:
            vcpu.tsc_rebase = True
            vcpu.request(CLOCK_UPDATE)

    def guest_time_update(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors kvm_guest_time_update without the kvmclock page. [time-update, exit-rule, choice-page]"""
        tsc_timestamp = self.read_tsc(host, vcpu)
        host.sampling_gap()
        kernel_ns = host.kernel_ns()
        catchup = self.catchup_guard(host, vcpu)
        slower = host.base.khz <= vcpu.vm.virtual_tsc_khz
        if catches_up(vcpu, slower, self.settings):
            catchup = True
        if catchup:
            wanted = caught_up_to(vcpu, self.compute_guest_tsc(vcpu, kernel_ns), self.settings)
            if u64(wanted) > u64(tsc_timestamp):
                vcpu.tsc_offset += wanted - tsc_timestamp
                vcpu.caught_up = True
        follow_mode(vcpu, self.read_tsc(host, vcpu), self.settings)

    def catchup_guard(self, host: Host, vcpu: Vcpu) -> bool:
        """Whether to catch up, as the parameter catchup_guard says. [catchup-guard]"""
        guard = self.settings["catchup_guard"]
        if guard == "always":
            return True
        if guard == "unstable-or-not" and host.tsc_unstable:
            return True
        if guard == "slower" and host.base.khz < vcpu.vm.virtual_tsc_khz:
            return True
        return not vcpu.time_page

    def compute_guest_tsc(self, vcpu: Vcpu, kernel_ns: int) -> int:
        """The guest TSC that elapsed host time calls for. [compute-guest-tsc]"""
        vm = vcpu.vm
        elapsed = kernel_ns - vcpu.last_tsc_nsec
        return scale(elapsed, vm.virtual_tsc_mult, vm.virtual_tsc_shift) + vcpu.last_tsc_write

    def set_time_page(self, host: Host, vcpu: Vcpu, enable: bool) -> None:
        """A write of MSR_KVM_SYSTEM_TIME asks for an update, with a page or without. [page-always-asks]"""
        vcpu.time_page = enable
        vcpu.request(CLOCK_UPDATE)

    def hardware_enable(self, host: Host, vm: Vm, cpu: int) -> None:
        """Mirrors kvm_arch_hardware_enable. [enable-asks-update]"""
        for vcpu in vm.vcpus:
            if vcpu.cpu == cpu:
                vcpu.request(CLOCK_UPDATE)

    def page_floor(self) -> int:
        """The TSC at an update, too, is one that the page has been read up to. [page-floor-update]"""
        return FLOOR_AT_UPDATE
