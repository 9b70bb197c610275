"""The switch between trapping and passthrough: what its parameters do in plain runs, and what they need."""

import pytest

from model import MODEL
from tests.support.cases import open_case
from vtsc.evidence.progress import stuck
from vtsc.evidence.systems import Systems
from vtsc.language import UsageError
from vtsc.language.actions import Call
from vtsc.language.words import Illegal
from vtsc.native.inputs import Recorded

TRAPS = {"vcpus": "2", "trapping": "unstable"}
BUMPS = TRAPS | {"rdtsc_emulation": "bump-vm"}
UPTIME = 6_000_000_000
TSC = 1_000


class Running:
    """A machine with two vCPUs, in which steps are taken one after the other."""

    def __init__(self, design: str = "patch25", **given: str) -> None:
        settings = MODEL.resolve(design, BUMPS | given, {})
        self.machine = MODEL.build(design, "cstate", settings)
        self.state = self.machine.state()
        inputs = {"k0": UPTIME, "tsc": TSC, "phase": 0}
        self.machine.initialise(self.state, Recorded(inputs))
        self.vcpus = self.state.vm.vcpus

    def take(self, name: str, *args: int, **inputs: int):
        """Take one step, in which no time passes unless ``inputs`` say so; what it observed."""
        given = Recorded({"dt": 0, **inputs})
        self.machine.advance(self.state, given)
        return self.machine.perform(self.state, Call(name, args), given).observed

    def enter(self, *numbers: int) -> None:
        """Bring vCPUs into guest mode, each on the pCPU of its number."""
        for v in numbers:
            if not self.vcpus[v].loaded:
                self.take("load", v, v)
            if self.machine.pending(self.vcpus[v]):
                self.take("serve", v)
            self.take("enter", v)

    def read(self, v: int, cycles: int = 1) -> int:
        """The value of an RDTSC ``cycles`` later."""
        return self.take("rdtsc", v, dt=cycles).value % 2**64


def test_each_vcpu_goes_on_as_before_until_it_serves():
    """trap_switch=each: a vCPU in guest mode reads natively after the decision, and another traps already."""
    run = Running()
    run.enter(0, 1)
    run.take("mark")
    assert [v.in_guest for v in run.vcpus] == [True, True]
    run.take("exit", 0)
    run.enter(0)
    assert [v.tsc_trapping for v in run.vcpus] == [True, False]
    assert not run.take("rdtsc", 1, dt=1).trapped


def test_a_kick_ends_guest_mode_of_those_that_have_to_switch():
    """trap_switch=kick: after the decision nobody reads natively, and one may be entered before the other."""
    run = Running(trap_switch="kick")
    run.enter(0, 1)
    run.take("mark")
    assert [v.in_guest for v in run.vcpus] == [False, False]
    run.enter(1)
    assert run.take("rdtsc", 1, dt=1).trapped


def test_together_nobody_is_entered_before_all_have_switched():
    """trap_switch=together: a vCPU that is off its pCPU has to be loaded and served first."""
    run = Running(trap_switch="together")
    run.enter(0)
    run.take("mark")
    run.take("serve", 0)
    with pytest.raises(Illegal):
        run.take("enter", 0)
    run.take("load", 1, 1)
    run.take("serve", 1)
    run.enter(0, 1)
    assert run.take("rdtsc", 0, dt=1).trapped


@pytest.mark.parametrize(("switch", "stays"), [("kick", True), ("together", False)])
def test_who_is_kicked_where_one_vcpu_alone_switches(switch, stays):
    """kick leaves a vCPU in guest mode that has nothing to switch; together takes it out as well."""
    run = Running(kvmclock="any", trap_switch=switch)
    run.take("mark")
    for v in (0, 1):
        run.take("load", v, v)
        run.take("serve", v)
    run.enter(0, 1)
    run.take("kvmclock", 0)
    assert run.vcpus[1].in_guest is stays


@pytest.mark.parametrize(
    ("page", "modes"), [("each", [0, 1]), ("all", [1, 1])], ids=["each", "all"]
)
def test_whose_page_ends_trapping(page, modes):
    """trap_page=each: one's own page; all: not before every vCPU has one, and then for all."""
    run = Running(kvmclock="any", trap_page=page)
    run.take("mark")
    run.enter(0)
    run.take("kvmclock", 0)
    assert [v.tsc_mode for v in run.vcpus] == modes
    run.enter(1)
    run.take("kvmclock", 1)
    assert [v.tsc_mode for v in run.vcpus] == [0, 0]


def first_trapped(**given: str) -> int:
    """The first trapped read, 3 cycles after a native read of 40, where the clock has a step of 1000 ns."""
    run = Running(clock_resolution="1us", **given)
    run.enter(0)
    assert run.read(0, 40) == 40
    if run.machine.settings["trap_switch"] == "each":
        run.take("mark")
        run.take("exit", 0)
    else:
        run.take("mark")
    run.enter(0)
    return run.read(0, 3)


def test_what_trapping_begins_from():
    """Without a seed, from the clock, or 1 more than nothing; with one, from the native value then."""
    assert first_trapped() == 1
    assert first_trapped(emul_bump="0") == 0
    assert first_trapped(trap_seed="switch") == 41
    assert first_trapped(trap_seed="switch", emul_bump="7") == 47
    assert first_trapped(trap_seed="decision", trap_switch="kick") == 41


def test_a_seed_of_the_decision_takes_a_vcpu_off_its_pcpu_at_its_put():
    """That load does not compensate there spoils a seed of the switch, and not one of the decision."""
    emulated = {}
    for seed in ("switch", "decision"):
        run = Running(clock_resolution="1us", trap_seed=seed)
        run.enter(0)
        run.read(0, 40)
        run.take("exit", 0)
        run.take("put", 0)
        run.take("mark")
        run.take("jump", 0, tsc=TSC + 500)
        run.enter(0)
        emulated[seed] = run.state.vm.last_emul
    assert emulated == {"switch": 500, "decision": 40}


@pytest.mark.parametrize(
    ("catchup", "native"), [("mail", 1001), ("always", 1001), ("never", 41), ("emulated", 1002)]
)
def test_what_trapping_ends_with(catchup, native):
    """After trapped reads of 1000 and 1001 at 40 ns, a cycle later: caught up to 1000, to 1001, or not."""
    given = {"clock_resolution": "1us", "rdtsc_cycles": "0", "kvmclock": "any"}
    run = Running(trap_catchup=catchup, **given)
    run.state.host.phase = 960
    run.enter(0)
    run.take("mark")
    run.take("exit", 0)
    run.enter(0)
    run.vcpus[0].tsc_offset = -TSC  # as if trapping had not begun with a catchup
    assert (run.read(0, 40), run.read(0, 0)) == (1000, 1001)
    run.take("kvmclock", 0)
    run.enter(0)
    assert run.read(0) == native


def test_overlapping_reads_end_at_the_same_time():
    """Each takes its cycles from its vCPU's last entry or read; without overlap they pass in its own step."""
    run = Running(rdtsc_overlap="on", rdtsc_cycles="5", clock_resolution="1us")
    run.take("mark")
    run.take("load", 0, 0)
    run.take("load", 1, 1)
    run.enter(0, 1)
    assert (run.read(0, 5), run.read(1, 0)) == (1, 2)
    with pytest.raises(Illegal):
        run.read(0, 4)
    apart = Running(rdtsc_cycles="5", clock_resolution="1us")
    apart.take("mark")
    apart.enter(0, 1)
    apart.read(0, 5)
    with pytest.raises(Illegal):
        apart.read(1, 0)


def test_by_default_no_field_is_new():
    """A field that only overlapping reads need is in no other state, nor in its traces."""
    assert "read_from" not in Running().vcpus[0].fields
    assert "read_from" in Running(rdtsc_overlap="on").vcpus[0].fields


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"trap_switch": "kick"}, "trap_switch=kick needs trapping=unstable"),
        (
            TRAPS | {"trap_switch": "together", "trap_clear": "immediate"},
            "trap_switch=together needs trap_clear=deferred",
        ),
        (
            TRAPS | {"trap_switch": "together", "timeslice": "1ms"},
            "trap_switch=together needs no timeslice, dormancy, exit_interval, entry_delay",
        ),
        (TRAPS | {"trap_page": "all"}, "trap_page=all needs kvmclock=any"),
        (
            TRAPS | {"trap_seed": "switch"},
            "trap_seed=switch needs rdtsc_emulation=bump-vcpu or bump-vm",
        ),
        (
            TRAPS | {"trap_catchup": "never", "trap_clear": "immediate"},
            "trap_catchup=never needs trap_clear=deferred",
        ),
        (
            TRAPS | {"trap_catchup": "emulated"},
            "trap_catchup=emulated needs rdtsc_emulation=bump-vcpu or bump-vm",
        ),
        (
            TRAPS | {"emul_bump": "2"},
            "emul_bump=2 needs rdtsc_emulation=bump-vcpu or bump-vm",
        ),
        ({"rdtsc_overlap": "on"}, "rdtsc_overlap=on needs trapping=unstable"),
    ],
    ids=str,
)
def test_what_has_no_meaning_alone_is_refused(given, message):
    """One line says what is missing."""
    with pytest.raises(UsageError) as error:
        MODEL.resolve("patch25", given, {})
    assert str(error.value) == message


@pytest.mark.hours
@pytest.mark.parametrize(("vcpus", "pcpus"), [("2", "2"), ("2", "1"), ("3", "2")])
def test_no_state_is_stuck_where_all_wait_for_all(content, vcpus, pcpus):
    """With trap_switch=together, a read can be reached from every state."""
    given = {"vcpus": vcpus, "pcpus": pcpus, "trap_switch": "together", "kvmclock": "any"}
    case = open_case(content, "patch25", "cstate", **(TRAPS | given))
    assert stuck(Systems(case)) is None
