"""``vtsc recipe --live`` on a fake of KVM: recipes are made there, and each broken rule is noticed."""

import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

import questions.recipes.live as live
import questions.recipes.live.running as running
from conformance.live.device import Unusable
from conformance.live.findings import DIFFERS, EXPLAINED, SKIPPED
from conformance.live.kvm import Kvm
from model.today import PRESETS
from questions.recipes.command import chosen
from tests.support.fake_faults import Faults
from tests.support.fake_kvm import FakeKvm
from tests.support.paths import ROOT
from vtsc.cli import main

RULES = PRESETS["6.18"]
HONOURED, DISCARDED = RULES, RULES.but(offset_honoured=False)
RECIPE = """\
title = "a recipe"
guest = {{ uptime = "500s" }}
vcpus = {vcpus}
want = {{ master_clock = true }}
save = ["v*: pause", "each v: KVM_GET_MSRS TSC", "vm: KVM_GET_CLOCK"]
restore = [
  "v*: KVM_CREATE_VCPU",
  {steps}
]
elapsed = {{ default = "0" }}
"""


class FakeTracer:
    """What the fake has recorded, in the place of tracefs."""

    def __init__(self, device):
        self.device = device

    def begin(self):
        """Forget it."""
        self.device.trace.clear()

    def text(self):
        """It."""
        return "\n".join(self.device.trace) + "\n"


@pytest.fixture
def put(monkeypatch):
    """Puts a fake in the place of the host's KVM, with its recorder if it is asked for."""
    monkeypatch.chdir(ROOT)

    def put(device, traced=False):
        device.close = lambda: None
        monkeypatch.setattr(live, "Kvm", lambda _path: device)

        @contextmanager
        def tracer(_places):
            yield FakeTracer(device) if traced else None

        monkeypatch.setattr(live, "tracer", tracer)

    return put


def made(*names, delays="short"):
    """How recipes end on the host, by the name of each."""
    seen = live.live(chosen(ROOT, names), live.Options("6.18", delays, "", recorded=True))
    return {each.name: each for each in seen.outcomes}


@pytest.mark.parametrize("traced", [False, True], ids=["", "traced"])
@pytest.mark.parametrize("rules", [HONOURED, DISCARDED], ids=["honoured", "discarded"])
def test_every_recipe_is_explained(put, rules, traced):
    """All of recipes/ run on a host that follows the rules, whether it keeps offsets or not."""
    put(FakeKvm(rules), traced)
    found = made()
    differing = {n: [(f.name, f.words) for f in o.differing] for n, o in found.items()}
    assert {n: d for n, d in differing.items() if d} == {}
    assert len(found) >= 44 and {o.outcome for o in found.values()} == {EXPLAINED}
    assert all(len(o.findings) >= 25 for o in found.values())
    if traced:
        assert all("the trace" in [f.name for f in o.findings] for o in found.values())


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"zero_matches": False}, "qemu-reset/v6.2"),
        ({"first_write_exempt": False}, "firecracker-young-guest/0.45s"),
        ({"master_needs_match": False}, "cloud-hypervisor-restore/v52"),
        ({"count_once": False}, "qemu-reset/v6.2"),
        ({"creation_stores_zero": False}, "cloud-hypervisor-restore/v52"),
        ({"registration_updates": False}, "firecracker-restore/quick"),
        ({"clock_from_creation": False}, "kvmtool-pause"),
        ({"realtime_honoured": False}, "firecracker-clock/v1.15"),
        ({"window": 0}, "firecracker-restore/quick"),
        ({"matches_counted": 2}, "firecracker-restore/quick"),
        ({"deadline_needs_mode": False}, "kvm-lapic-order/lapic-last"),
    ],
)
def test_a_broken_rule_is_noticed(put, change, name):
    """One rule of the host is another one, and a recipe that depends on it differs."""
    put(FakeKvm(RULES.but(**change)))
    assert made(name)[name].outcome == DIFFERS


def test_the_delays_of_a_failing_run_show_the_window(put):
    """With short delays a window of 2 s is not seen, with those of the run that fails it is."""
    name = "firecracker-restore/slow"
    put(FakeKvm(RULES.but(window=3)))
    assert made(name)[name].outcome == EXPLAINED
    put(FakeKvm(RULES))
    found = made(name, delays="failing")
    assert [o.outcome for o in found.values()] == [EXPLAINED]
    assert "offsets_equal fails" in next(iter(found.values())).note
    found = made(name, delays="holding")
    assert "offsets_equal holds" in next(iter(found.values())).note


def test_other_faults_are_noticed(put):
    """A ns in the clock, and a version too much on a page."""
    for faults in (Faults(clock_off_ns=1), Faults(version_step=2)):
        put(FakeKvm(RULES, faults=faults))
        assert made("firecracker-clock/v1.16")["firecracker-clock/v1.16"].outcome == DIFFERS


def test_a_deadline_that_fires_too_late_is_noticed(put):
    """A host on which a timer never fires: the deadline still reads what was written."""
    device = FakeKvm(RULES)
    put(device)
    create = device.create_vm

    def without_timers(lapic=False):
        vm = create(lapic)
        vm._expire = lambda vcpu: None
        return vm

    device.create_vm = without_timers
    found = made("kvm-lapic-order/lapic-first")["kvm-lapic-order/lapic-first"]
    assert found.outcome == DIFFERS
    assert any("deadline" in f.name for f in found.differing)


def test_an_errno_is_compared(put):
    """A host that accepts KVM_KVMCLOCK_CTRL of a VM."""
    device = FakeKvm(RULES)
    put(device)
    create = device.create_vm

    def accepting(lapic=False):
        vm = create(lapic)
        vm.stop_clock_of_vm = lambda: None
        return vm

    device.create_vm = accepting
    found = made("kvmtool-pause")["kvmtool-pause"]
    words = {f.name: f.words for f in found.differing}
    assert words["the errno of KVM_KVMCLOCK_CTRL"] == "none, and by the rules ENOTTY"


@pytest.mark.parametrize(
    ("steps", "vcpus", "said"),
    [
        ('"v*: KVM_RUN"', 16, "it has 16 vCPUs, and at most 8 are made"),
        ('"v0: expire; KVM_RUN"', 2, "nothing on a host is expire"),
        ('"vm: wait 20s", "v*: KVM_RUN"', 2, "its delays are 20.0 s, and 15 s are waited for"),
    ],
)
def test_what_cannot_be_made_is_skipped(put, tmp_path, capsys, steps, vcpus, said):
    """In one line, with exit status 0."""
    put(FakeKvm(RULES))
    file = tmp_path / "mine.toml"
    file.write_text(RECIPE.format(steps=steps, vcpus=vcpus), encoding="utf-8")
    assert main(["recipe", str(file), "--live"]) == 0
    out = capsys.readouterr().out
    assert said in out and SKIPPED in out
    assert out.splitlines()[-1].startswith("recipe: SKIPPED: 0 explained")


def test_rules_without_a_call_skip_the_recipe(put, capsys):
    """The attribute is not there in 4.12."""
    put(FakeKvm(RULES))
    assert main(["recipe", "kvm-documented", "--live", "--rules", "4.12"]) == 0
    assert "these rules have no attribute KVM_VCPU_TSC_OFFSET" in capsys.readouterr().out


def test_values_that_no_host_accepts(put, tmp_path, capsys):
    """Flags that KVM_SET_CLOCK refuses fail on the host, too, with the errno of the rules."""
    put(FakeKvm(RULES))
    file = tmp_path / "mine.toml"
    steps = '"vm: KVM_SET_CLOCK clock=saved flags=1 -> EINVAL", "v*: KVM_RUN"'
    file.write_text(RECIPE.format(steps=steps, vcpus=2), encoding="utf-8")
    assert main(["recipe", str(file), "--live"]) == 0, capsys.readouterr().out


def test_the_report(put, capsys):
    """The probes, a line for each recipe, what the rules say of the run, and the verdict last."""
    put(FakeKvm(DISCARDED))
    assert main(["recipe", "openvmm-reset/tsc-0", "--live"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "offsets honoured: no" in lines and max(map(len, lines)) <= 80
    told = " ".join(" ".join(lines).split())
    assert "write_lands fails, ref_agrees fails" in told
    assert "the guest has no Hyper-V reference TSC page" in told
    assert lines[-1].startswith("recipe: EXPLAINED: 1 explained, 0 differs, 0 inconcl")


def test_a_host_that_differs(put, capsys):
    """Exit status 10, and the document follows its schema."""
    put(FakeKvm(RULES.but(master_needs_match=False)))
    assert main(["recipe", "qemu-parked/v9.2.0", "--live", "--format", "json"]) == 10
    told = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / "docs/schemas/live.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(told)
    assert [each["outcome"] for each in told["results"]] == [DIFFERS]


@pytest.mark.parametrize(("more", "status"), [([], 0), (["--strict"], 77)])
def test_without_kvm_it_skips(more, status, tmp_path, monkeypatch, capsys):
    """One line that says why, as `vtsc live` does."""
    monkeypatch.chdir(ROOT)
    given = ["recipe", "qemu-reset", "--live", "--device", str(tmp_path / "kvm"), *more]
    assert main(given) == status
    out = capsys.readouterr().out
    assert out == f"recipe: SKIPPED: {tmp_path / 'kvm'}: No such file or directory\n"


@pytest.mark.parametrize(
    "given",
    [
        ["--live", "--rules", "6.7", "--rules", "6.18"],
        ["--live", "--format", "junit"],
        ["--delays", "failing"],
        ["--strict"],
    ],
)
def test_options_that_do_not_go_together(given, monkeypatch, capsys):
    """Exit status 2 and one line."""
    monkeypatch.chdir(ROOT)
    assert main(["recipe", "qemu-reset", *given]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "--live" in captured.err and captured.err.count("\n") == 1


@pytest.mark.kvm
@pytest.mark.hours
def test_the_kvm_of_this_host(monkeypatch, capsys):
    """The real one explains all of recipes/."""
    monkeypatch.chdir(ROOT)
    try:
        Kvm().close()
    except Unusable as unusable:
        pytest.skip(str(unusable))
    assert main(["recipe", "--live", "--strict"]) == 0, capsys.readouterr().out


def test_the_rules_are_those_of_the_run(put):
    """Rules that the host does not have differ: RU is looked at on a guest that is saved early."""
    put(FakeKvm(replace(RULES, first_write_exempt=False)))
    texts = chosen(ROOT, ["firecracker-young-guest/0.45s"])
    for rules, outcome in (("6.18", DIFFERS), ("6.18-RU", EXPLAINED)):
        seen = live.live(texts, live.Options(rules, "short", "", recorded=False))
        assert [each.outcome for each in seen.outcomes] == [outcome], rules


def test_a_recipe_that_never_fails_has_no_run_that_fails(put):
    """It is skipped with a line."""
    put(FakeKvm(RULES))
    found = made("qemu-reset/v7.0", delays="failing")["qemu-reset/v7.0"]
    assert (found.outcome, found.note) == (SKIPPED, "no property has a run that fails")


def test_the_recipe_goes_as_the_host_has_gone(put, monkeypatch):
    """Twin and host agree; that the recipe's own run has another master clock is noticed by itself."""
    played = running.played
    monkeypatch.setattr(
        running, "played", lambda s, r, d: played(s, r.but(master_needs_match=False), d)
    )
    put(FakeKvm(RULES))
    found = made("qemu-parked/v9.2.0")["qemu-parked/v9.2.0"]
    assert found.outcome == DIFFERS
    names = {f.name for f in found.differing}
    assert names and all(name.endswith("KVM_RUN: the master clock is on") for name in names)


def test_vcpus_that_a_host_would_number_otherwise_are_skipped(put, tmp_path, capsys):
    """A host counts vCPUs as they come."""
    put(FakeKvm(RULES))
    restore = '"v1: KVM_CREATE_VCPU", "v0: KVM_CREATE_VCPU", "v*: KVM_RUN"'
    file = tmp_path / "mine.toml"
    text = RECIPE.format(steps=restore, vcpus=2).replace('  "v*: KVM_CREATE_VCPU",\n', "")
    file.write_text(text, encoding="utf-8")
    assert main(["recipe", str(file), "--live"]) == 0
    assert "not in the order" in " ".join(capsys.readouterr().out.split())
