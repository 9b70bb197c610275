"""No stuck states: proved for every design and host, executed natively, and refused where it is false."""

import json
from dataclasses import replace
from itertools import product
from random import Random
from types import SimpleNamespace

import pytest

from model import MODEL
from model.designs import DESIGNS
from model.designs.patch25 import Patch25
from model.host.contracts import CONTRACTS
from model.machine import Machine
from tests.support.cases import decide_group, open_case
from tests.support.limits import LIMITS
from tests.support.sampling import sampled
from vtsc.base.errors import EvidenceError
from vtsc.base.lines import nothing_wanted
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status
from vtsc.evidence.manifest import MANIFEST, check
from vtsc.evidence.progress import asked, folder, make, missing, stuck
from vtsc.evidence.recheck import recheck
from vtsc.evidence.systems import OpenCases, Systems
from vtsc.language.lemmas import Lemma
from vtsc.language.words import both, integer, negation, require
from vtsc.native.inputs import Drawn
from vtsc.native.lead import Stuck, lead

EVERYWHERE = list(product(MODEL.designs, MODEL.hosts))


class Given:
    """A case of nothing but a machine."""

    def __init__(self, machine):
        self._machine = machine
        self.content = SimpleNamespace(wanted=nothing_wanted)

    def machine(self, sizes=None):
        """The machine."""
        return self._machine


def opened(machine: Machine) -> Systems:
    """The systems of a machine that no content has."""
    return Systems(Given(machine))


def missing_in(machine: Machine) -> str | None:
    """What a machine lacks for progress."""
    return missing(*asked(opened(machine)))


def changed(kind: type[Machine], design: type = Patch25, host: str = "slow", **given: str):
    """A machine of a changed kind or design."""
    settings = MODEL.resolve("patch25", given, {})
    return kind(design(settings), CONTRACTS[host], settings)


@pytest.mark.slow
@sampled(3, ("design", "host"), EVERYWHERE)
def test_no_state_is_stuck(content, design, host):
    """From every state allowed by the lemmas a read is at most four calls away, and time goes on."""
    evidence = make(Systems(open_case(content, design, host)))
    check(evidence.questions, set())
    assert list(evidence.questions) == [
        "initial",
        "step",
        "somewhere",
        "read",
        "enter",
        "serve",
        "load",
        "time",
    ]
    assert evidence.claims["steps"] == 4


@pytest.mark.slow
@sampled(
    4,
    ("given", "steps"),
    [
        ({"vcpus": "2", "trapping": "unstable"}, 4),
        ({"vcpus": "2", "trapping": "unstable", "rdtsc_emulation": "estimate"}, 4),
        ({"vcpus": "3", "pcpus": "2"}, 6),
        ({"vcpus": "2", "pcpus": "1"}, 6),
        ({"timeslice": "1ms"}, 6),
        ({"timeslice": "1ms", "exit_interval": "2us", "dormancy": "1ms"}, 6),
        ({"timeslice": "1ms", "vcpus": "2"}, 8),
        ({"dormancy": "1ms", "exit_interval": "2us", "vcpus": "2", "pcpus": "1"}, 9),
        ({"entry_delay": "1ms", "vcpus": "2"}, 8),
        ({"entry_delay": "1ns", "rdtsc_cycles": "2", "vcpus": "2", "pcpus": "1"}, 8),
        ({"dormancy": "1ns", "entry_delay": "1ns", "rdtsc_cycles": "2", "vcpus": "2"}, 11),
        (dict.fromkeys(LIMITS, "1ms") | {"vcpus": "3"}, 12),
        ({"timer": "on", "dormancy": "1ms", "entry_delay": "1ms"}, 7),
        ({"timer": "on", "dormancy": "1ms", "entry_delay": "1ms", "vcpus": "2"}, 13),
        ({"timer": "on", "dormancy": "1ms", "entry_delay": "1ms", "vcpus": "2", "pcpus": "1"}, 16),
        ({"virtual_khz": "2.4GHz", "kvmclock": "any", "create_anytime": "on"}, 4),
    ],
    ids=lambda x: ",".join(x) if isinstance(x, dict) else None,
)
@pytest.mark.parametrize("host", ["cstate", "slow"])
def test_nor_with_other_parameters(content, host, given, steps):
    """Trapping, more vCPUs than pCPUs, deadlines, other rates."""
    evidence = make(Systems(open_case(content, "patch25", host, **given)))
    check(evidence.questions, set())
    assert evidence.claims["steps"] == steps


def test_deadlines_too_short_for_a_read_are_named(content):
    """A slice shorter than a read, or two vCPUs that cannot sleep that long on one pCPU."""
    short = open_case(content, "patch25", "stable", timeslice="1ns", rdtsc_cycles="2")
    assert stuck(Systems(short)) == (
        "a vCPU is off its pCPU, and some pCPU is free: load(0, 0) leads no nearer to a read"
    )
    given = {"vcpus": "2", "pcpus": "1", "dormancy": "1ns", "rdtsc_cycles": "2"}
    assert stuck(Systems(open_case(content, "patch25", "stable", **given))) == (
        "a vCPU is off its pCPU, all are taken, one by a vCPU out of guest mode: put(1) leads no "
        "nearer to a read"
    )


class NeverServed(Patch25):
    """Serving leaves the request pending."""

    def serve_requests(self, host, vcpu):
        """What is asked for is done, and stays asked for."""
        if vcpu.request_clock_update:
            self.guest_time_update(host, vcpu)


class ServedForEver(Patch25):
    """Each update asks for another one."""

    def guest_time_update(self, host, vcpu):
        """Once more."""
        vcpu.request("request_clock_update")


class Closed(Machine):
    """No guest is ever entered."""

    def can_enter(self, state, v):
        """Never."""
        return False


class ClosedLate(Machine):
    """No guest is entered once the TSC counts as unstable: not in each state, but in some."""

    def can_enter(self, state, v):
        """Not any more."""
        return both(super().can_enter(state, v), negation(state.host.tsc_unstable))


class Frozen(Machine):
    """Time stands still once the TSC counts as unstable."""

    def advance(self, state, inputs):
        """Nothing passes any more."""
        before = state.host.t
        super().advance(state, inputs)
        if state.host.tsc_unstable:
            require(state.host.t == before)


class Leap(Machine):
    """Entering the guest takes all time there is."""

    def enter(self, state, v):
        """Suddenly it is late."""
        super().enter(state, v)
        state.host.t = (1 << 62) - 1


def test_a_call_that_uses_up_the_room_is_no_progress():
    """The next situation is given, but too close to the limit of inputs for its call."""
    assert missing_in(changed(Leap)) == (
        "a vCPU is loaded, with nothing pending: enter(0) leads no nearer to a read"
    )


@pytest.mark.parametrize("design", [NeverServed, ServedForEver])
def test_a_request_that_is_never_cleared_is_stuck(design):
    """The situation is named, and that its call is possible but useless."""
    assert missing_in(changed(Machine, design)) == (
        "a vCPU is loaded, with a request pending: serve(0) leads no nearer to a read"
    )


@pytest.mark.parametrize("kind", [Closed, ClosedLate])
def test_a_guard_that_forbids_entry_is_stuck(kind):
    """The situation is named, and that its call is not possible."""
    assert missing_in(changed(kind)) == (
        "a vCPU is loaded, with nothing pending: enter(0) is not possible"
    )


@pytest.mark.hours
@pytest.mark.slow
def test_a_proof_about_a_machine_that_gets_stuck_is_vacuous(content, monkeypatch, tmp_path):
    """Reads happen and never go back, and yet the verdict is not PROVED: the reason is the situation."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def build(design, host, settings):
        return ClosedLate(DESIGNS[design](settings), CONTRACTS[host], settings)

    (group,) = groups(content, ["pre25"], ["slow"], ["monotonic"], {})
    (result,) = decide_group(content, group, 6)
    assert result.status == Status.PROVED
    closed = replace(content, model=replace(content.model, build=build))
    (result,) = decide_group(closed, group, 6)
    assert (result.status, result.reason) == (
        Status.VACUOUS,
        "a vCPU is loaded, with nothing pending: enter(0) is not possible",
    )


def test_time_that_stands_still_is_noticed():
    """A read takes cycles, and so is not possible either."""
    assert missing_in(changed(Frozen)) == "a vCPU is in guest mode: rdtsc(0) is not possible"
    shown, found = asked(opened(changed(Frozen, rdtsc_cycles="0")))
    assert missing(shown, found) == "where a vCPU exists, time cannot go on"


def test_a_situation_that_is_left_out_is_noticed(monkeypatch):
    """Without the one in which it is loaded, a vCPU off its pCPU is nowhere."""
    machine = changed(Machine)
    progress = machine.progress()
    object.__setattr__(progress, "situations", progress.situations[:-1])
    monkeypatch.setattr(machine, "progress", lambda: progress)
    assert (
        missing_in(machine) == "a vCPU that exists is in no situation from which a read is in reach"
    )


def test_an_input_without_a_value_is_named(monkeypatch):
    """Nothing is left to the solver to choose."""
    machine = changed(Machine)
    progress = machine.progress()
    del progress.situations[0].inputs["d1"]
    monkeypatch.setattr(machine, "progress", lambda: progress)
    assert missing_in(machine) == (
        "a vCPU is in guest mode: rdtsc(0) is not possible, no value is given for d1"
    )


@pytest.mark.parametrize(("khz", "dt"), [("1GHz", -1), ("1GHz", 1 << 62), ("2.4GHz", 3)])
def test_an_input_out_of_range_is_not_possible(monkeypatch, khz, dt):
    """Below 0, beyond the limit, or no whole number of cycles where only those may pass."""
    machine = changed(Machine, host="stable", virtual_khz=khz)
    progress = machine.progress()
    progress.situations[1].inputs["dt"] = dt
    monkeypatch.setattr(machine, "progress", lambda: progress)
    assert missing_in(machine) == (
        "a vCPU is loaded, with nothing pending: enter(0) is not possible"
    )


def test_inputs_with_which_no_time_passes_are_noticed(monkeypatch):
    """That time can go on means that the clock is later."""
    machine = changed(Machine, rdtsc_cycles="0")
    progress = machine.progress()
    progress.passing.update(progress.situations[1].inputs)
    monkeypatch.setattr(machine, "progress", lambda: progress)
    assert missing_in(machine) == "where a vCPU exists, time cannot go on"


def test_a_lemma_that_does_not_hold_is_no_help(monkeypatch):
    """What progress relies on is proved along with it."""
    machine = changed(Machine)
    progress = machine.progress()
    wishful = Lemma("early", "", (), lambda m, state, ghosts: integer(state.host.t) <= 5)
    object.__setattr__(progress, "lemmas", (*progress.lemmas, wishful))
    monkeypatch.setattr(machine, "progress", lambda: progress)
    assert missing_in(machine) == "a lemma that progress relies on does not hold: step.smt2"


def test_plain_execution_says_where_it_is_stuck():
    """The same declaration, the same situation, without a solver."""
    machine = changed(Closed)
    state = machine.state()
    machine.initialise(state, Drawn(Random(1), MODEL.typical_input))
    with pytest.raises(Stuck, match=r"enter: enter\(0\) cannot be taken"):
        lead(machine, state, machine.progress(), 0)


@pytest.fixture
def saved(content, tmp_path):
    """A folder with evidence, to tamper with."""
    here = open_case(content, "patch25", "slow", vcpus="2")
    where = tmp_path / folder(here)
    make(Systems(here)).save(where)
    return where


def rejection(content, folder) -> str:
    """Why evidence is rejected."""
    with pytest.raises(EvidenceError) as caught:
        recheck(OpenCases(content), folder)
    return str(caught.value)


@pytest.mark.slow
def test_evidence_is_made_anew_and_compared(content, saved):
    """Saved evidence holds; a question added, replaced or lost is refused by name."""
    assert saved.name == "progress.vcpus=2"
    recheck(OpenCases(content), saved)
    (saved / "more.smt2").write_text("(assert false)\n(check-sat)\n", encoding="utf-8")
    assert rejection(content, saved) == "more.smt2 belongs to nothing that is claimed"
    (saved / "more.smt2").unlink()
    (saved / "serve.smt2").write_text("(assert false)\n(check-sat)\n", encoding="utf-8")
    assert rejection(content, saved) == "serve.smt2 is not what the model gives"
    (saved / "serve.smt2").unlink()
    assert rejection(content, saved) == "serve.smt2: No such file or directory"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("steps", 3, "steps is not what the model gives"),
        ("digest", "0" * 64, f"digest is {'0' * 64}, that of its files"),
        ("host", "nowhere", "unknown nowhere"),
        ("host", "fast", "is not what the model gives"),
        ("schema", "vtsc.evidence/1", "schema: expected vtsc.evidence/2"),
        ("kind", "cell", "property: expected a text"),
        ("params", {"vcpus": "many"}, "parameter vcpus=many"),
        ("params", None, "params: expected an object"),
    ],
)
def test_a_manifest_that_says_otherwise_is_rejected(content, saved, key, value, reason):
    """One line says what is wrong."""
    manifest = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))
    (saved / MANIFEST).write_text(json.dumps({**manifest, key: value}), encoding="utf-8")
    assert reason in rejection(content, saved)
