"""The guest's TSC writes: when they can be taken, what each design makes of them, and which reads count."""

import pytest

from model import MODEL
from properties import PROPERTIES
from tests.model.test_creation import TSC
from vtsc.language.actions import Call
from vtsc.language.words import MODULUS, Illegal
from vtsc.native.inputs import Recorded

ON = {"tsc_writes": "on", "vcpus": "2"}
VALUE = 77


def running(design: str, **given: str):
    """A machine whose guest writes its TSCs, with both vCPUs in guest mode."""
    machine = MODEL.build(design, "stable", MODEL.resolve(design, ON | given, {}))
    state = machine.state()
    start = {"k0": 6_000_000_000, "tsc": TSC, "tsc_to_write": VALUE}
    machine.initialise(state, Recorded(start))
    for v in range(2):
        for name, args in (("load", (v, v)), ("serve", (v,)), ("enter", (v,))):
            take(machine, state, name, *args)
    return machine, state


def take(machine, state, name, *args, dt=0):
    """Take one step after ``dt`` ns."""
    inputs = Recorded({"dt": dt})
    machine.advance(state, inputs)
    return machine.perform(state, Call(name, args), inputs)


def reads(machine, state) -> list[int]:
    """What each vCPU would read."""
    return [machine.design.read_tsc(state.host, v) % MODULUS for v in state.vm.vcpus]


@pytest.mark.parametrize(
    ("design", "later", "apart"),
    [
        ("2.6.35-svm", 10, 10),
        ("2.6.35-vmx", 10, 10),
        ("99e3e30a", 10, 10),
        ("f38e098f", 10, 0),
        ("f38e098f", 4_999_999_999, 0),
        ("f38e098f", 5_000_000_000, 5_000_000_000),
        ("e48672fa", 10, 0),
        ("pre25", 10, 0),
        ("2.6.37", 10, 0),
    ],
)
def test_the_second_of_two_equal_writes(design, later, apart):
    """By itself it leaves its vCPU behind; where it matches the first, both read the same."""
    machine, state = running(design)
    take(machine, state, "write", 0, dt=6_000_000_000)
    assert not state.vm.vcpus[0].in_guest and reads(machine, state)[0] == VALUE
    take(machine, state, "write", 1, dt=later)
    first, second = reads(machine, state)
    assert (first, first - second) == (VALUE + later, apart)
    assert machine.ideal(state, 1) == second


def test_a_tsc_is_written_once_from_the_guest_and_in_time():
    """A second write is refused, and so is one out of guest mode or after `tsc_writes_until`."""
    machine, state = running("f38e098f", tsc_writes_until="10ns")
    take(machine, state, "write", 0, dt=10)
    with pytest.raises(Illegal):
        take(machine, state, "write", 0)
    take(machine, state, "enter", 0)
    with pytest.raises(Illegal):
        take(machine, state, "write", 0)
    with pytest.raises(Illegal):
        take(machine, state, "write", 1, dt=1)


def test_reads_count_after_the_write():
    """What was read before it is not compared with what is read after."""
    machine, state = running("99e3e30a")
    prop = PROPERTIES["monotonic"]
    ghosts = prop.ghosts(machine)
    told = []
    for name, dt in (("rdtsc", 500), ("write", 0), ("enter", 0), ("rdtsc", 1), ("rdtsc", 1)):
        step = take(machine, state, name, 0, dt=dt)
        told.append(prop.observe(machine, state, ghosts, step))
        assert ghosts["vcpu0"].seen is (len(told) > 3)
    assert told == [False] * 5 and ghosts["vcpu0"].last == VALUE + 2


def test_by_default_the_guest_writes_no_tsc():
    """There is neither the action nor a field of it."""
    machine = MODEL.build("2.6.37", "stable", MODEL.resolve("2.6.37", {}, {}))
    assert "write" not in machine.actions
    state = machine.state()
    assert not {
        n
        for r in state.records.values()
        for n in r.fields
        if n.startswith(("tsc_written", "tsc_to"))
    }
