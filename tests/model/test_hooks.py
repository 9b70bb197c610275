"""What the machine calls at entries, exits and suspends: when, how often, and to what effect."""

import subprocess
import sys
from pathlib import Path

import pytest

from model import MODEL
from tests.support.paths import ROOT
from tests.support.roots import root_with
from vtsc.base.errors import Exit
from vtsc.language.actions import Call
from vtsc.native.inputs import Solved

SIZES = range(1, 5)
START = {"k0": 6_000_000_000, "tsc": 1000}
CLASS = '''
class Mine(V2637):
    """A design of one's own."""

    name = "mine"
    title = "an edited 2.6.37"
'''
ENABLE = '''
    def hardware_enable(self, host: Any, vm: Any, cpu: int) -> None:
        """Virtualisation is enabled on a pCPU."""
'''
LATER = '''
    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, a second ahead where the VM says so."""
        super().vcpu_load(host, vcpu, cpu)
        if vcpu.vm.vm_note:
            vcpu.tsc_offset += 1000000000
'''
NOTE = '    vm_note: int = counter("cycles", "what hardware_enable left")'
GROWTH = f"""{CLASS}{ENABLE}
        count = 0
        for vcpu in vm.vcpus:
            if vcpu.cpu == cpu:
                vcpu.request_clock_update = True
                count += 1
                if vcpu.last_host_tsc > 5:
                    vm.last_tsc_write = vcpu.last_tsc_write
                    if not vcpu.time_page:
                        host.mark_tsc_unstable()
                elif host.tsc_unstable:
                    vcpu.tsc_offset += 1000
        if count > 1:
            vm.last_tsc_offset = count
"""
COUNT = """
from collections import Counter
from vtsc.content.loader import load
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.symbolic import paths
from vtsc.system.builder import build

class Counted(paths._Run):
    number = 0
    def __init__(self, *arguments):
        Counted.number += 1
        super().__init__(*arguments)

paths._Run = Counted
content = load(ROOT)
for vcpus in (1, 2, 3, 4):
    for pcpus in (1, 2, 3, 4):
        given = {"vcpus": str(vcpus), "pcpus": str(pcpus)}
        settings = content.resolve("mine", "monotonic", given)
        machine = content.model.build("mine", "resetting", settings)
        Counted.number = 0
        calls = [call for call in machine.calls() if call.name == "suspend"]
        system = build(machine, [], SolverFeasibility, calls=calls)
        print(vcpus, pcpus, len(system.rules), Counted.number)
"""


def has_note(root: Path) -> Path:
    """The root with a field of the VM that hardware_enable may store into."""
    state = root / "model/state.py"
    text = state.read_text(encoding="utf-8")
    mark = "    last_emul: int = counter("
    assert mark in text
    state.write_text(text.replace(mark, f"{NOTE}\n{mark}", 1), encoding="utf-8")
    return root


@pytest.mark.slow
def test_the_rules_of_a_suspend_grow_with_vcpus_times_pcpus(tmp_path):
    """A body of four ways that stores into vCPU, VM and host: one rule, and paths linear in either size."""
    root = root_with(tmp_path / "root", GROWTH)
    script = f"ROOT = {str(root)!r}\n{COUNT}"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    paths = {(v, c): n for v, c, _, n in found}
    assert len(found) == 16 and {rules for _, _, rules, _ in found} == {1}
    for c in SIZES:
        grown = [paths[v + 1, c] - paths[v, c] for v in SIZES[1:-1]]
        assert len(set(grown)) == 1, "each vCPU after the second adds as much"
    for v in SIZES:
        grown = [paths[v, c + 1] - paths[v, c] for c in SIZES[:-1]]
        assert len(set(grown)) == 1, "so does each pCPU"


HOOKS = {
    "a value of two": (
        ENABLE + "        for vcpu in vm.vcpus:\n"
        "            vm.vm_note = 1000 if vcpu.last_host_tsc > 5 else 0\n",
        ("VIOLATED(5)", "VIOLATED(5)"),
    ),
    "a branch": (
        ENABLE + "        for vcpu in vm.vcpus:\n"
        "            if vcpu.last_host_tsc > 5:\n                vm.vm_note = 1000\n"
        "            else:\n                vm.vm_note = 0\n",
        ("VIOLATED(5)", "VIOLATED(5)"),
    ),
    "a count": (
        ENABLE + "        count = 0\n        for vcpu in vm.vcpus:\n"
        "            if vcpu.cpu == cpu:\n                count += 1\n"
        "        if count > 1:\n            vm.vm_note = 1\n",
        ("HOLDS_TO(8)", "VIOLATED(5)"),
    ),
    "one found": (
        ENABLE + "        found = vm.vcpus[0]\n        for vcpu in vm.vcpus:\n"
        "            if vcpu.cpu != cpu:\n                found = vcpu\n"
        "        if found.number == 1:\n            vm.vm_note = 1\n",
        ("HOLDS_TO(8)", "VIOLATED(5)"),
    ),
    "a loop that is left": (
        ENABLE + "        vm.vm_note = 0\n        for vcpu in vm.vcpus:\n"
        "            if vcpu.last_host_tsc > 5:\n                vm.vm_note = 1\n"
        "                break\n",
        ("VIOLATED(5)", "VIOLATED(5)"),
    ),
}
"""Bodies of hardware_enable, with the verdicts of `bounded_lead` for one vCPU and for two."""


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("vcpus", [1, 2])
@pytest.mark.parametrize("name", HOOKS)
def test_nothing_that_one_path_stores_is_seen_by_another(tmp_path, name, vcpus):
    """What hardware_enable stores by a condition, or counts, is what a plain run stores and counts."""
    hook, expected = HOOKS[name]
    root = has_note(root_with(tmp_path / "root", CLASS + hook + LATER))
    told = verify(root, "bounded_lead", "8", f"vcpus={vcpus}")
    assert f"mine resetting bounded_lead: {expected[vcpus - 1]}" in told


def verify(root: Path, prop: str, depth: str, setting: str) -> str:
    """What is said of the design on `resetting`, searched to a depth."""
    arguments = ["verify", "mine", "--host", "resetting", "-p", prop, "--set", setting]
    arguments += ["--bounded", "--depth", depth, "--root", str(root)]
    done = subprocess.run(
        [sys.executable, "-m", "vtsc", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode in (Exit.OK, Exit.VIOLATED), done.stdout + done.stderr
    return done.stdout


# natively


@pytest.fixture
def noted(monkeypatch):
    """A machine of 2.6.37 that starts, and the list of the hooks that it calls."""
    called: list[tuple[object, ...]] = []
    given = {"kvmclock": "any", "vcpus": "2", "pcpus": "3", "trapping": "unstable"}
    machine = MODEL.build("2.6.37", "resetting", MODEL.resolve("2.6.37", given, {}))
    state = machine.state()
    machine.initialise(state, Solved(START))

    def note(name, *told):
        def hook(*given):
            called.append((name, *(given[n].number for n in told)))
            return 0

        monkeypatch.setattr(machine.design, name, hook)

    def note_pcpu(name):
        hook = lambda host, vm, cpu: called.append((name, vm is state.vm, cpu))  # noqa: E731
        monkeypatch.setattr(machine.design, name, hook)

    note("vcpu_enter", 1)
    note("vcpu_exit", 1)
    note("compute_guest_tsc")
    note_pcpu("hardware_disable")
    note_pcpu("hardware_enable")
    return machine, state, called


def take(machine, state, name, *args):
    """Take one call."""
    machine.advance(state, Solved({"dt": 1}))
    machine.perform(state, Call(name, args), Solved({"sleep": 5}))


def test_hooks_are_called_at_entry_and_exit_and_where_an_action_is_one(noted):
    """A write of the kvmclock MSR exits; a trapped read exits before its emulation and enters after it."""
    machine, state, called = noted
    take(machine, state, "load", 1, 0)
    take(machine, state, "serve", 1)
    del called[:]
    expected = {
        "enter": [("vcpu_enter", 1)],
        "rdtsc": [],
        "exit": [("vcpu_exit", 1)],
        "kvmclock": [("vcpu_exit", 1)],
    }
    for name in ("enter", "rdtsc", "exit", "enter", "kvmclock"):
        take(machine, state, name, 1)
        assert called == expected[name], name
        del called[:]
    state.vm.vcpus[1].in_guest = state.vm.vcpus[1].tsc_trapping = True
    take(machine, state, "rdtsc", 1)
    assert [name for name, *_ in called] == ["vcpu_exit", "compute_guest_tsc", "vcpu_enter"]


@pytest.mark.parametrize("vendor", ["svm", "vmx"])
def test_a_suspend_calls_each_hook_once_for_each_pcpu(noted, vendor):
    """Those of VMX before it, and enabling after it; whatever the number of vCPUs."""
    machine, state, called = noted
    machine.settings = machine.settings.replaced({"vendor": vendor})
    take(machine, state, "suspend")
    disabled = [("hardware_disable", True, c) for c in range(3)] if vendor == "vmx" else []
    assert called == [*disabled, *(("hardware_enable", True, c) for c in range(3))]
