"""Instances stand for each other only where rules, starts and facts are the same after an exchange."""

from dataclasses import replace

import pytest

from tests.support.crews import Bad, CrewMachine
from tests.support.sampling import sampled
from tests.support.uneven import (
    Calculating,
    Counting,
    Even,
    LastOfAll,
    Late,
    SecondPcpu,
    SecondVcpu,
    ThirdPcpu,
    machine_of,
)
from vtsc.engines.search.bmc import search
from vtsc.language.claims import Monitor
from vtsc.language.words import implies, s64
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.symbolic.values import Truth
from vtsc.system.alike import Alike
from vtsc.system.builder import build, explored
from vtsc.system.compared import compare
from vtsc.system.instances import everyone, outermost, representatives


def alike_of(machine, monitors=(), lemmas=(), change=None):
    """A machine's system, changed by hand, beside itself."""
    found = explored(machine, monitors, SolverFeasibility, lemmas=lemmas)
    if change is not None:
        change(found.system)
    return Alike(found.system, machine.sizes, machine.kinds, found.known)


def model_machine(content, host="cstate", design="2.6.37", **given):
    """A machine of the repository's model."""
    return content.model.build(design, host, content.resolve(design, "monotonic", given))


def even(machine, alike):
    """Whether nothing differs."""
    group = everyone(machine)
    return not alike.steps_differ(group) and not alike.starts_differ(machine.symmetric)


@pytest.mark.slow
@sampled(3, "host", ["stable", "skewed", "cstate", "slow", "fast", "resetting"])
def test_the_rules_of_every_design_are_even(content, host):
    """At two by three, with all properties watching: none of them loses a reduction."""
    for design in content.model.designs:
        settings = content.resolve(design, "monotonic_smp", {"pcpus": "3"})
        machine = content.model.build(design, host, settings)
        assert compare(machine, [*content.properties.values()], SolverFeasibility).differs == ""


SETTINGS = [
    {"trapping": "unstable", "rdtsc_emulation": "estimate", "clock_resolution": "10ms"},
    {"create_anytime": "on", "kvmclock": "any", "trapping": "unstable"},
    {"timeslice": "10ms", "dormancy": "10ms", "exit_interval": "1ms", "entry_delay": "1ms"},
    {"sampling_gap": "2ms"},
]


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("given", SETTINGS, ids=lambda g: next(iter(g)))
@pytest.mark.parametrize("host", ["cstate", "slow"])
def test_the_rules_are_even_with_other_settings(content, host, given):
    """Inputs that each pCPU has of its own are exchanged with the pCPUs."""
    machine = model_machine(content, host, "patch25", vcpus="2", pcpus="3", **given)
    found = compare(machine, [content.properties["monotonic"]], SolverFeasibility)
    assert (found.differs, found.noted) == ("", ())


def flip(system, number=0):
    """A rule whose condition is another."""
    rule = system.rules[number]
    rule.condition = system.arena.conjunction([rule.condition, system.arena.flag("vcpu0.loaded~")])


def forget(system):
    """A rule that stores less."""
    rule = next(r for r in system.rules if system.calls[r.call].args[:1] == (1,) and r.updates)
    rule.updates.pop(next(iter(rule.updates)))


def lose(system):
    """A rule less."""
    system.rules.pop()


def hit(system):
    """A rule that hits a target which it did not hit."""
    system.rules[0].targets["monotonic"] = system.arena.true


def stand_still(system):
    """A pCPU's TSC does not pass."""
    system.passing["pcpu1.tsc"] = system.pre["pcpu1.tsc"]


def hurry(system):
    """Time passes only while a vCPU is loaded."""
    system.passable = system.arena.conjunction([system.passable, system.arena.flag("vcpu1.loaded")])


def begin(system):
    """A vCPU is loaded at first."""
    system.initial["vcpu1.loaded"] = Truth(system.arena, system.arena.true)


@pytest.mark.slow
@pytest.mark.parametrize("change", [None, flip, forget, lose, hit, stand_still, hurry, begin])
def test_a_system_altered_by_hand_is_refused(content, change):
    """Each part of a system is compared: only the unaltered one is even."""
    machine = model_machine(content, vcpus="2")
    alike = alike_of(machine, [content.properties["monotonic"]], change=change)
    assert even(machine, alike) == (change is None)


def test_terms_of_another_form_and_the_same_meaning_are_the_same(content):
    """Where terms differ, the solver decides."""

    def rewrite(system):
        for rule in (r for r in system.rules if system.calls[r.call].args[:1] == (1,)):
            arena, x = system.arena, system.arena.flag("vcpu0.loaded~")
            parts = [rule.condition, x], [rule.condition, arena.negation(x)]
            rule.condition = arena.disjunction(map(arena.conjunction, parts))

    machine = model_machine(content, vcpus="2")
    assert even(machine, alike_of(machine, change=rewrite))


def test_a_lemma_that_speaks_of_one_instance_is_noticed(content):
    """By the facts that it makes."""

    def only_first(machine, state, ghosts, v):
        return True if v else implies(state.vm.vcpus[v].in_guest, state.vm.vcpus[v].loaded)

    machine = model_machine(content, vcpus="2")
    fair = next(x for x in machine.lemmas() if x.name == "in_guest_is_loaded")
    unfair = replace(fair, holds=only_first)
    assert alike_of(machine, lemmas=[fair]).facts_differ(everyone(machine)) == ""
    assert "in_guest_is_loaded" in alike_of(machine, lemmas=[unfair]).facts_differ(
        everyone(machine)
    )
    calls = representatives(machine)
    some = build(machine, [], SolverFeasibility, lemmas=[unfair], calls=calls, compare=True)
    assert "in_guest_is_loaded" in some.compared.differs


class FirstOnly(Monitor):
    """A property that looks at one vCPU alone."""

    name = "first_only"
    claim = "vCPU 0 is never far behind"

    def observe(self, machine, state, ghosts, step):
        """Only its reads."""
        if step.call.name != "rdtsc" or step.call.args != (0,):
            return False
        return s64(machine.ideal(state, 0) - step.observed.value) > 5


def test_a_property_that_singles_out_an_instance(content):
    """It takes the reduction from its own search, and no other's."""
    machine = model_machine(content, "slow", vcpus="2")
    own = build(machine, [FirstOnly()], SolverFeasibility)
    assert own.symmetric == {} and own.lopsided["vcpu"].startswith("rdtsc(0) and rdtsc(1)")
    other = build(machine, [content.properties["monotonic"]], SolverFeasibility)
    assert other.symmetric == {"vcpu": (0, 1)} and not other.lopsided


UNEVEN = [
    (Even, {"vcpus": "2", "pcpus": "3"}, set()),
    (Late, {"vcpus": "2", "pcpus": "3"}, set()),
    (Counting, {"vcpus": "2", "pcpus": "3"}, set()),
    (SecondVcpu, {"vcpus": "2", "pcpus": "3"}, {"vcpu"}),
    (Calculating, {"vcpus": "2"}, {"vcpu"}),
    (LastOfAll, {"vcpus": "2"}, {"vcpu"}),
    (ThirdPcpu, {"vcpus": "2"}, set()),
    (ThirdPcpu, {"vcpus": "2", "pcpus": "3"}, {"pcpu"}),
    (SecondPcpu, {"pcpus": "3"}, {"pcpu"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("design", "given", "lost"), UNEVEN)
def test_who_loses_a_reduction(content, design, given, lost):
    """Whoever is treated in its own way, where the machine has it, and nobody else."""
    settings = content.resolve("2.6.37", "monotonic", given)
    machine = machine_of(design, "stable", settings)
    system = build(machine, [content.properties["monotonic"]], SolverFeasibility)
    assert system.lopsided.keys() == lost
    several = {k for k, instances in machine.symmetric.items() if len(instances) > 1}
    assert system.symmetric.keys() == several - lost


@pytest.mark.slow
@sampled(
    4,
    ("design", "given", "depth"),
    [
        (SecondVcpu, {"vcpus": "2"}, 10),
        (Calculating, {"vcpus": "2"}, 9),
        (LastOfAll, {"vcpus": "2"}, 10),
        (ThirdPcpu, {"pcpus": "3"}, 10),
        (SecondPcpu, {"pcpus": "3"}, 10),
        (Even, {"vcpus": "2"}, None),
        (Late, {"vcpus": "2"}, None),
    ],
)
def test_each_gets_its_true_verdict(content, design, given, depth):
    """The search finds what one without reductions finds, at the same depth."""
    settings = content.resolve("2.6.37", "monotonic", given)
    machine = machine_of(design, "stable", settings)
    system = build(machine, [content.properties["monotonic"]], SolverFeasibility)
    found = search(system, ["monotonic"], 10)
    plain = search(system, ["monotonic"], 10, symmetry=False)
    assert found.witnesses == plain.witnesses
    assert (found.depth if found.witnesses else None) == depth


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_random_machines_have_the_depth_that_a_plain_search_finds(seed):
    """Whoever is singled out, by number, as a friend or at the start."""
    machine = CrewMachine(seed)
    system = build(machine, [Bad()], SolverFeasibility)
    assert bool(system.lopsided) == (machine.kind != "even")
    found = search(system, ["bad"], 7)
    plain = search(system, ["bad"], 7, symmetry=False)
    assert (found.depth, found.witnesses.keys()) == (plain.depth, plain.witnesses.keys())


def test_some_random_machines_are_even_and_some_are_not():
    """So that the test above says something of both."""
    assert {CrewMachine(seed).kind for seed in range(30)} == {"even", "number", "friend", "start"}


def test_the_calls_at_one_larger_size(content):
    """For each call that stands for others there is one that names the highest instances."""
    machine = model_machine(content, vcpus="3", pcpus="5")
    names = [str(call) for call in outermost(machine)]
    assert {"load(0, 0)", "load(2, 4)", "put(0)", "put(2)", "jump(4)"} <= {*names}
    assert set(representatives(machine)) < set(outermost(machine))


def test_an_index_that_may_name_nobody_is_not_taken_to_name_the_last(content):
    """What the normal form of conditions takes for granted is asked of the solver."""

    class Anywhere(Even):
        def vcpu_load(self, host, vcpu, cpu):
            noted = host.pcpus[
                2
            ].tsc  # also where it is on none, and there is no telling that it is not
            if vcpu.cpu == 0:
                noted = host.pcpus[0].tsc
            elif vcpu.cpu == 1:
                noted = host.pcpus[1].tsc
            super().vcpu_load(host, vcpu, cpu)
            vcpu.host_tsc = noted

    settings = content.resolve("2.6.37", "monotonic", {"pcpus": "3"})
    machine = machine_of(Anywhere, "skewed", settings)
    alike = alike_of(machine)
    assert alike.steps_differ({"pcpu": (0, 1)}) == ""
    assert "load(0, 0)" in alike.steps_differ({"pcpu": (0, 1, 2)})
