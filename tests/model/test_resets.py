"""INIT and SIPI: when a vCPU can be reset, and what each design does to its TSC then."""

import pytest

from model import MODEL
from tests.model.test_creation import TSC, started, take
from vtsc.language.words import MODULUS, Illegal

MOVED = 40
"""An offset that some load has left."""


@pytest.mark.parametrize(
    ("design", "reads"),
    [
        ("2.6.35-vmx", TSC + MOVED),
        ("2.6.35-svm", TSC),
        ("58877679-svm", 0),
        ("2.6.36-svm", TSC + MOVED),
        ("e48672fa", TSC + MOVED),
        ("2.6.37", TSC + MOVED),
    ],
)
def test_what_a_reset_does_to_the_tsc(design, reads):
    """It restarts at the host's, or at 0, or goes on; nothing else changes."""
    machine, state = started(design, init_sipi="on")
    take(machine, state, "load", 0, 0)
    (vcpu,) = state.vm.vcpus
    vcpu.tsc_offset = MOVED
    before = state.snapshot()
    take(machine, state, "init", 0)
    assert machine.design.read_tsc(state.host, vcpu) % MODULUS == reads
    vcpu.tsc_offset = MOVED
    assert state.snapshot() == before


def test_a_vcpu_is_reset_where_it_is_loaded_and_out_of_guest_mode():
    """Off its pCPU, or in guest mode, it is not."""
    machine, state = started("58877679-svm", init_sipi="on")
    with pytest.raises(Illegal):
        take(machine, state, "init", 0)
    for name, args in (("load", (0, 0)), ("serve", (0,)), ("enter", (0,))):
        take(machine, state, name, *args)
    with pytest.raises(Illegal):
        take(machine, state, "init", 0)


def test_by_default_nothing_resets_a_vcpu():
    """The action is not there."""
    assert (
        "init"
        not in MODEL.build("2.6.35-svm", "stable", MODEL.resolve("2.6.35-svm", {}, {})).actions
    )


@pytest.mark.parametrize(("design", "reads"), [("2.6.37", 1 - TSC), ("0dd6a6ed", 40)])
def test_after_a_suspend_the_tsc_goes_back_or_on(design, reads):
    """0dd6a6ed makes up for the reset, once, at the next load; 2.6.37 on SVM does not notice."""
    machine, state = started(design, "resetting")
    for name, args in (("load", (0, 0)), ("serve", (0,)), ("enter", (0,)), ("exit", (0,))):
        take(machine, state, name, *args, dt=10)
    take(machine, state, "put", 0)
    for _ in range(2):
        take(machine, state, "suspend", sleep=5)
    take(machine, state, "load", 0, 0)
    (vcpu,) = state.vm.vcpus
    assert machine.design.read_tsc(state.host, vcpu) % MODULUS == reads % MODULUS
