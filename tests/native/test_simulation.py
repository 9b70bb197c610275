"""Random runs: no internal error, seeded, and no violation that the checker does not know of."""

import pytest

from tests.support.toys import Toy, act, always, nothing
from vtsc.content.cells import Cell, Group, groups
from vtsc.content.expected import verdict_of_table
from vtsc.native.inputs import Drawn
from vtsc.native.random_runs import Outcome, simulate

PER_VCPU = ["monotonic", "nonzero_delta", "bounded_lag", "bounded_lead"]


def all_groups(content) -> list[Group]:
    """Every design on every host, per-vCPU properties."""
    model = content.model
    return groups(content, list(model.designs), list(model.hosts), PER_VCPU, {})


def run(content, group: Group, steps: int, seed: int) -> Outcome:
    """Random runs of a group."""
    machine = content.model.build(group.design, group.host, group.settings)
    properties = {name: content.properties[name] for name in group.properties}
    named = f"{seed} {group.design} {group.host}"
    return simulate(machine, properties, steps, named, content.model.typical_input)


def violations_are_known(content, group: Group, steps: int) -> None:
    """Each violation met is an expected one; of cells without an expected verdict nothing is said."""
    outcome = run(content, group, steps, seed=1)
    assert outcome.steps >= steps
    for name, count in outcome.violations.items():
        cell = Cell(group.design, group.host, name, group.settings)
        expected = verdict_of_table(content, cell)
        if count and expected is not None:
            assert expected.isdecimal(), (cell.design, cell.host, name)


@pytest.mark.slow
def test_short_simulation_of_everything(content):
    """A thousand steps of each design x host."""
    for group in all_groups(content):
        violations_are_known(content, group, 1_000)


@pytest.mark.hours
@pytest.mark.slow
def test_long_simulation_of_everything(content):
    """Ten thousand steps of each design x host."""
    for group in all_groups(content):
        violations_are_known(content, group, 10_000)


@pytest.mark.slow
@pytest.mark.parametrize("emulation", ["clock", "bump-vcpu", "bump-vm", "estimate"])
def test_simulation_with_everything_switched_on(content, emulation):
    """Trapping, toggled kvmclock, deadlines, gaps, late ticks and odd rates meet no error."""
    settings = {
        "vcpus": "2",
        "trapping": "unstable",
        "rdtsc_emulation": emulation,
        "tick_seen": "late",
        "last_emul": "reset",
        "kvmclock": "any",
        "create_anytime": "on",
        "clock_resolution": "69.84ns",
        "clock_resolution_unstable": "1us",
        "sampling_gap": "100ns",
        "timeslice": "1ms",
        "dormancy": "2ms",
        "exit_interval": "1ms",
        "entry_delay": "1ms",
        "virtual_khz": "2.4GHz",
    }
    for group in groups(content, ["patch25"], ["slow", "cstate"], ["monotonic"], settings):
        assert run(content, group, 2_000, seed=3).steps >= 1_000


@pytest.mark.slow
def test_the_seed_decides(content):
    """The same seed gives the same outcome, another seed another one."""
    (group,) = groups(content, ["pre25"], ["slow"], ["bounded_lag"], {})
    assert run(content, group, 3_000, 7) == run(content, group, 3_000, 7)
    assert run(content, group, 3_000, 7) != run(content, group, 3_000, 8)


@pytest.mark.parametrize("typical", [5, 5000])
def test_inputs_are_about_as_large_as_the_model_says(monkeypatch, typical):
    """Without an upper bound they go up to the typical size and a little further, and that far at times."""
    drawn: list[int] = []
    toy = Toy(nothing, [act("draw", always, lambda toy, inputs: inputs.word("n", 2))])
    monkeypatch.setattr(Drawn, "note", lambda self, name, value: drawn.append(value))
    toy.enabled = lambda state, call: True
    simulate(toy, {}, 2_000, "seed", typical)
    assert min(drawn) == 2
    assert typical < max(drawn) <= 2 + typical + 8
