"""Traces of hosts that scale the TSC: pages show the rates, and pairs are compared through the ratios."""

import re

import pytest

from conformance.explain.context import Given, asked_of
from conformance.explain.reading import Recording, parsed
from conformance.explain.search import explain
from conformance.live.findings import Findings
from conformance.live.probes import probed
from conformance.live.running import fuzzed
from conformance.live.scenarios import SCENARIOS
from conformance.live.twin import Twin
from model.today import PRESETS
from tests.support.fake_faults import Faults
from tests.support.fake_kvm import FakeKvm
from vtsc.cli import main

RULES = PRESETS["6.18"].but(scaling=True)
KHZ = 2_596_146
LATE = 1 << 52
"""A host TSC at which a ratio that is off by one is 16 cycles off."""


def traced(device, scenario):
    """The trace of one scenario, whatever its twin finds."""
    host = probed(device)
    device.trace.clear()
    twin = Twin(device, host.rules(RULES), host.khz, Findings())
    SCENARIOS[scenario].run(twin, host)
    return "\n".join(device.trace) + "\n"


def told(text, start="creation", **given):
    """How far a trace is explained, if the host's rate is known."""
    recording = text if isinstance(text, Recording) else parsed(text, "made")
    asked = asked_of(recording.events, recording, Given(khz=KHZ, start=start, **given))
    return explain(recording.events, asked)


@pytest.mark.slow
@pytest.mark.parametrize("bits", [48, 32])
@pytest.mark.parametrize("honoured", [True, False])
@pytest.mark.parametrize("scenario", ["faster-guest", "slower-guests", "rates-apart"])
def test_scenarios_are_explained(scenario, honoured, bits):
    """Pages show that the host scales, and by which kind of ratio."""
    rules = RULES.but(ratio_bits=bits, offset_honoured=honoured)
    text = traced(FakeKvm(rules, KHZ, now=LATE), scenario)
    found = told(text)
    assert found.blocked is None, found.refusals[:3]
    kinds = {(h.vm.rules.offset_honoured, h.vm.rules.ratio_bits) for h in found.left}
    # half a rate has the same ratio in 32 binary places as in 48
    assert kinds == {(honoured, b) for b in ((bits,) if scenario == "faster-guest" else (48, 32))}
    words = " ".join(words for _, words in found.left[0].steps)
    assert "KVM_SET_TSC_KHZ" in words
    events = parsed(text, "made").events
    rest = Recording(events[len(events) // 2 :], True, None)
    assert told(rest, "midlife").blocked is None


@pytest.mark.parametrize(
    ("faults", "scenario"),
    [
        (Faults(ratio_off=1), "faster-guest"),
        (Faults(ratio_off=-1), "faster-guest"),
        (Faults(page_unscaled=True), "faster-guest"),
        (Faults(pair_unscaled=True), "slower-guests"),
        (Faults(matches_any_rate=True), "rates-apart"),
    ],
)
def test_a_broken_rule_of_scaling_is_noticed(faults, scenario):
    """Also by `explain` alone: a ratio rounded otherwise, a match without the rate, a page without it."""
    found = told(traced(FakeKvm(RULES, KHZ, faults=faults, now=LATE), scenario), rules=RULES)
    assert found.blocked is not None


@pytest.mark.parametrize("by", [-5, 3, 2000])
def test_a_scaled_page_is_compared_to_the_cycle(by):
    """The pair of an unscaled vCPU's page tells a scaled one's TSC exactly."""
    text = traced(FakeKvm(RULES, KHZ, now=LATE), "faster-guest")
    lines = text.splitlines(True)
    scaled = [
        n for n, line in enumerate(lines) if "vcpu_id 1, pv" in line and "0xc537252a" not in line
    ]
    shown = re.search(r"tsc_timestamp (0x\w+)", lines[scaled[0]])
    assert shown is not None
    lines[scaled[0]] = lines[scaled[0]].replace(shown[1], hex(int(shown[1], 16) + by))
    found = told("".join(lines))
    assert found.blocked is not None and found.blocked.first.line == scaled[0] + 1


@pytest.mark.parametrize("honoured", [True, False])
def test_random_sequences_are_explained(honoured):
    """From their beginning; what sets which rate is guessed."""
    device = FakeKvm(RULES.but(offset_honoured=honoured), KHZ)
    for n, text in enumerate(made(device, 5, seed=5)):
        found = told(text, rules=RULES)
        assert found.blocked is None, (n, found.blocked, found.refusals[:3])


@pytest.mark.hours
@pytest.mark.parametrize("bits", [48, 32])
@pytest.mark.parametrize("honoured", [True, False])
def test_many_random_sequences_are_explained(honoured, bits):
    """Also from the middle."""
    device = FakeKvm(RULES.but(offset_honoured=honoured, ratio_bits=bits), KHZ)
    for n, text in enumerate(made(device, 12, seed=11)):
        events = parsed(text, "made").events
        for cut in range(0, len(events), 15):
            rest = Recording(events[cut:], True, None)
            found = told(rest, "midlife" if cut else "creation", rules=RULES)
            assert found.blocked is None, (n, cut, found.blocked, found.refusals[:3])


def made(device, count, seed):
    """The traces of some random sequences."""
    host = probed(device)
    device.trace.clear()
    for _ in fuzzed(device, host, device.rules, count, seed, None):
        yield "\n".join(device.trace) + "\n"
        device.trace.clear()


def test_by_the_command(capsys, tmp_path):
    """The host's rate is given; the rate of the guest is a guessed step."""
    file = tmp_path / "trace.txt"
    file.write_text(traced(FakeKvm(RULES, KHZ), "slower-guests"), encoding="utf-8")
    assert main(["explain", str(file), "--khz", str(KHZ)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith("explain: EXPLAINED")
    assert f"KVM_SET_TSC_KHZ of {KHZ // 2} kHz on vCPU 0" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
    assert main(["explain", str(file), "--khz", str(KHZ), "--never", "tsc-khz"]) == 10
