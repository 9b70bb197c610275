"""A VM's life: creation of the VM and its vCPUs, a run of a vCPU, its place.

Source: arch/x86/kvm/x86.c of about 6.12, each rule observed on a live 6.18 as well.
"""

from model.today.clock import refresh_master, serve
from model.today.state import Sample, Vcpu, Vm
from model.today.timers import deliver
from model.today.writes import guest_tsc, initial_rate, synchronize
from vtsc.language import u64


def create_vm(vm: Vm, sample: Sample) -> None:
    """KVM_CREATE_VM: kvmclock counts from here, by one computation of the master clock. [today-create-vm]"""
    if vm.rules.clock_from_creation:
        vm.clock_offset = u64(-sample.ns)
    refresh_master(vm, sample)
    vm.master = False


def create_vcpu(vcpu: Vcpu, sample: Sample) -> bool:
    """KVM_CREATE_VCPU: a write of 0 like any other, but not by user space; whether it matched.

    Later writes are then compared with 0, whatever offset the vCPU took. [today-create-vcpu]
    """
    vcpu.created = True
    initial_rate(vcpu)
    load(vcpu, vcpu.on_cpu)
    return synchronize(vcpu, 0, sample, by_user=False)


def load(vcpu: Vcpu, cpu: int) -> None:
    """Put a vCPU on a pCPU, on a host whose TSC is stable (kvm_arch_vcpu_load). [today-load]"""
    if vcpu.loaded_once and vcpu.on_cpu == cpu:
        return
    if not vcpu.vm.master or not vcpu.loaded_once:
        vcpu.wants_global = True
    vcpu.on_cpu = cpu
    vcpu.loaded_once = True


def enter(vcpu: Vcpu, sample: Sample) -> None:
    """KVM_RUN up to the guest's first instruction. [today-run]"""
    load(vcpu, vcpu.on_cpu)
    serve(vcpu, sample)
    deliver(vcpu)


def leave(vcpu: Vcpu, sample: Sample) -> None:
    """The end of KVM_RUN. [today-run]"""
    vcpu.last_read = guest_tsc(vcpu, sample)
    if vcpu.always_catchup:
        vcpu.wants_update = True
