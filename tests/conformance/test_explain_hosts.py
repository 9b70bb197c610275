"""Traces without the host's rate: it is that of the pages, or follows from the times, or is asked for."""

import json
from fractions import Fraction
from random import Random

import pytest
from jsonschema import Draft202012Validator

from conformance.explain.context import Given, asked_of
from conformance.explain.hosts import allowed_by_times, answer
from conformance.explain.reading import parsed
from conformance.explain.search import explain
from model.today import PRESETS
from tests.support.many_vms import CLOCKS, made, printed
from tests.support.paths import ROOT
from tests.support.recordings import BY_TSC, KHZ, text_of
from tests.support.trace_mutants import mutants
from vtsc.cli import main

RULES = PRESETS["6.18"].but(scaling=True)
GUESTS = KHZ // 2, 2_100_000, 2_590_000, 3_000_000
TOLD = "explain: UNKNOWN after {} events: give the rate of the host's TSC by --khz"


def scaled(seed, clock="x86-tsc", cut=True):
    """A random trace of a VM all of whose vCPUs have a scaled rate, and that rate."""
    rng = Random(seed)
    rules = RULES.but(offset_honoured=rng.random() < 0.6, ratio_bits=rng.choice([48, 32]))
    guest = rng.choice(GUESTS)
    lines = made(rng, rules, KHZ, 1, guest, by_vcpu=rng.random() < 0.5)
    first = rng.choice([0, rng.randrange(len(lines) * 3 // 4)]) if cut else 0
    return printed(lines[first:], clock, "tracefs", KHZ, 0), guest


def answered(text, **given):
    """What is said of a trace without the host's rate."""
    recording = parsed(text, "made")
    return answer(recording.events, recording, Given(**given))


@pytest.mark.slow
@pytest.mark.parametrize(
    "seeds", [range(1, 6), pytest.param(range(6, 200), marks=pytest.mark.hours)]
)
def test_a_vm_that_is_scaled_as_a_whole_is_never_blocked(seeds):
    """Where times are host TSCs, they tell the host's rate, to the kHz; else the rate may be asked for."""
    for seed in seeds:
        for clock in CLOCKS:
            text, guest = scaled(seed, clock)
            found = answered(text, clock="none" if clock == "counter" else "auto")
            assert found.found.blocked is None or found.needs_khz, (seed, clock)
            if clock == "x86-tsc":
                assert (found.found.blocked, found.khz) == (None, KHZ), seed
            else:
                assert 0 <= guest - found.khz <= 1 or abs(found.khz - KHZ) <= 3, seed


def test_what_no_rate_explains_is_blocked():
    """A wrong match count or master clock of such a VM, whatever the trace clock."""
    for seed in (1, 2, 3):
        for clock in ("x86-tsc", "mono_raw"):
            text, _ = scaled(seed, clock, cut=False)
            changed = [m for m in mutants(text, seed) if m.kind in ("track", "master")]
            assert changed
            for mutant in changed[::5]:
                found = answered(mutant.text)
                assert found.found.blocked is not None and not found.needs_khz, (seed, mutant.line)


def test_recordings_of_an_unscaled_host_are_blocked_as_before():
    """A change of a trace by host TSCs that is blocked with the rate given is blocked without it."""
    blocked = 0
    for name in BY_TSC:
        for mutant in list(mutants(text_of(name), 3))[::12]:
            recording = parsed(mutant.text, mutant.kind)
            known = explain(recording.events, asked_of(recording.events, recording, Given(khz=KHZ)))
            found = answer(recording.events, recording, Given())
            assert (found.found.blocked is None) == (known.blocked is None), (name, mutant.line)
            assert not found.needs_khz
            blocked += known.blocked is not None
    assert blocked > 20


@pytest.mark.parametrize("honoured", [True, False])
@pytest.mark.parametrize("by_vcpu", [True, False])
def test_times_tell_the_host_s_rate(honoured, by_vcpu):
    """Five at most are left if it is known whether the host keeps offsets; else not the true one."""
    rules = RULES.but(offset_honoured=honoured)
    lines = made(Random(2), rules, KHZ, 1, 2_100_000, by_vcpu)
    events = parsed(printed(lines, "x86-tsc", "tracefs", KHZ, 0), "made").events
    low, high = allowed_by_times(events, Fraction(80), honoured)
    assert low <= KHZ <= high <= low + 4
    low, high = allowed_by_times(events, Fraction(80), not honoured)
    assert not low <= KHZ <= high


def unknown():
    """A trace by seconds that the pages' rate does not explain, and that another one may."""
    texts = (scaled(seed, "mono_raw")[0] for seed in range(1, 60))
    return next(text for text in texts if answered(text).needs_khz)


def test_the_command_asks_for_the_rate(capsys, tmp_path):
    """Exit status 20 and one clear line; with the rate, the trace is explained."""
    file = tmp_path / "trace.txt"
    file.write_text(unknown(), encoding="utf-8")
    assert main(["explain", str(file)]) == 20
    lines = capsys.readouterr().out.splitlines()
    counted = lines[-1].split("after ")[1].split(" events")[0]
    assert lines[-1] == TOLD.format(counted)
    assert max(map(len, lines)) <= 80
    assert main(["explain", str(file), "--format", "json"]) == 20
    told = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / "docs/schemas/explain.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(told)
    assert told["results"][0]["verdict"] == "UNKNOWN"
    assert main(["explain", str(file), "--khz", str(KHZ)]) == 0
    assert main(["explain", str(file), "--never", "tsc-khz"]) == 10


def test_the_command_tells_the_rate_that_it_found(capsys, tmp_path):
    """The pages' rate is another one."""
    text, guest = scaled(1, cut=False)
    file = tmp_path / "trace.txt"
    file.write_text(f"{text}\n", encoding="utf-8")
    assert main(["explain", str(file)]) == 0
    captured = capsys.readouterr()
    assert f"The host's TSC is taken to have {KHZ} kHz." in captured.out
    assert f"KVM_SET_TSC_KHZ of {guest} kHz" in captured.out
    assert captured.err == ""


def test_a_blocked_trace_that_scaling_explains(capsys, tmp_path):
    """Pages show the host's rate alone, and the guest writes its TSC at another: the report says so."""
    rng = Random(6)
    rules = RULES.but(offset_honoured=rng.random() < 0.6, ratio_bits=rng.choice([48, 32]))
    lines = made(rng, rules, KHZ, 1)
    first = rng.choice([0, rng.randrange(len(lines) * 3 // 4)])
    file = tmp_path / "trace.txt"
    file.write_text(printed(lines[first:], "x86-tsc", "tracefs", KHZ, 0), encoding="utf-8")
    assert main(["explain", str(file)]) == 10
    assert "All is explained if the host scales the TSC" in " ".join(
        capsys.readouterr().out.split()
    )
    assert main(["explain", str(file), "--rules", "6.18+scaling"]) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "seeds", [range(1, 12), pytest.param(range(12, 200), marks=pytest.mark.hours)]
)
@pytest.mark.parametrize("kept", [True, False])
def test_a_rate_of_the_vm_that_is_not_scaled_to(seeds, kept):
    """The TSC of such vCPUs stands still, for good or until a rate is set; a trace may begin at any event."""
    began = set()
    for seed in seeds:
        rng = Random(seed)
        rules = PRESETS["6.18"].but(offset_honoured=rng.random() < 0.6)
        guest = rng.choice([KHZ // 2, KHZ // 3, 3_000_000])
        lines = made(rng, rules, KHZ, 1, guest, kept=kept)
        first = rng.choice([0, rng.randrange(len(lines) * 3 // 4)])
        for clock in ("x86-tsc", "mono_raw"):
            text = printed(lines[first:], clock, "tracefs", KHZ, 0)
            began.add((first > 0, "tsc_to_system_mul 0x0," in text))
            found = answered(text, khz=KHZ)
            assert found.found.blocked is None, (seed, clock, found.found.refusals[:3])
    assert {(True, True), (False, True)} <= began
