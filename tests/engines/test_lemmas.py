"""Lemmas: what induction keeps is true of real runs, false ones fall, special cases are seen."""

from random import Random

import pytest
import z3

from model.designs import DESIGNS
from model.designs.pre25 import Pre25
from tests.support.cases import decide_group
from tests.support.sampling import sampled
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status
from vtsc.engines.proof.induction import Induction
from vtsc.language.lemmas import ONE_VALUE, Lemma
from vtsc.native.inputs import Drawn
from vtsc.native.random_runs import RUN_LENGTH, _start, _step
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.stores.guard import Guard
from vtsc.system.builder import build
from vtsc.system.instances import representatives

HOSTS = ["stable", "skewed", "cstate", "slow", "fast", "resetting"]


def settled(content, group, calls=None, extra=()) -> tuple[Induction, tuple[Lemma, ...]]:
    """The lemmas about machine and `monotonic` that hold of a group by induction."""
    machine = content.model.build(group.design, group.host, group.settings)
    prop = content.properties["monotonic"]
    lemmas = [*machine.lemmas(), *prop.lemmas(machine), *extra]
    chosen = None if calls is None else calls(machine)
    system = build(machine, [prop], SolverFeasibility, lemmas=lemmas, calls=chosen)
    induction = Induction(system)
    return induction, induction.settled("monotonic")


@pytest.mark.slow
@pytest.mark.parametrize(
    "design",
    [
        pytest.param(d, marks=[pytest.mark.hours] * (d not in ("patch25", "2.6.37")))
        for d in DESIGNS
    ],
)
@sampled(6, "host", HOSTS)
def test_lemmas_hold_in_random_runs(content, design, host):
    """Every lemma that induction keeps is true of every state of native runs, which no solver made.

    Counters are left unreduced, so that the integers that lemmas speak of are there to be looked at.
    """
    (group,) = groups(content, [design], [host], ["monotonic"], {"vcpus": "2"})
    _, lemmas = settled(content, group)
    machine = content.model.build(design, host, group.settings)
    random, checked = Random(7), 0
    for _ in range(12):
        drawn = Drawn(random, content.model.typical_input)
        prop = content.properties["monotonic"]
        guard = Guard(machine, [prop])
        guard.accept = lambda field, value: value
        state, own = _start(machine, guard, drawn), guard.ghosts(prop)
        for _ in range(RUN_LENGTH):
            for lemma in lemmas:
                for args in lemma.instances(machine.sizes):
                    assert lemma.holds(machine, state, own, *args), (lemma.name, args)
                    checked += 1
            step = _step(machine, state, machine.calls(), random, drawn)
            if step is None:
                break
            content.properties["monotonic"].observe(machine, state, own, step)
    assert checked > 10_000


def test_false_lemmas_fall(content):
    """What initial states deny falls, what a step breaks falls, and true ones stay."""
    claims = {
        "initially_false": lambda m, s, g: s.host.t >= 1,
        "soon_false": lambda m, s, g: s.host.t <= 100,
        "true": lambda m, s, g: s.host.t >= 0,
    }
    extra = [Lemma(name, name, (), holds) for name, holds in claims.items()]
    (group,) = groups(content, ["pre25"], ["stable"], ["monotonic"], {})
    _, lemmas = settled(content, group, extra=extra)
    assert {x.name for x in lemmas} & claims.keys() == {"true"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "host"), [("patch25", "slow"), ("2.6.37", "cstate"), ("2.6.35-vmx", "resetting")]
)
def test_first_instances_stand_for_all(content, design, host):
    """Exploring only calls of first instances keeps the same lemmas as exploring every call."""
    (group,) = groups(content, [design], [host], ["monotonic"], {"vcpus": "2"})
    _, every = settled(content, group)
    _, some = settled(content, group, representatives)
    assert [x.name for x in some] == [x.name for x in every]


class SinglesOutAPcpu(Pre25):
    """Wrong on pCPU 1 only, where no representative call ever goes."""

    def vcpu_load(self, host, vcpu, cpu):
        super().vcpu_load(host, vcpu, cpu)
        if cpu == 1:
            vcpu.tsc_offset -= 5


@pytest.mark.slow
def test_a_special_case_is_not_proved_away(content, monkeypatch):
    """Though a proof for any number explores first instances only, every call of the own machine counts."""
    monkeypatch.setitem(DESIGNS, "pre25", SinglesOutAPcpu)
    (group,) = groups(content, ["pre25"], ["stable"], ["monotonic"], {})
    (result,) = decide_group(content, group, 11)
    assert result.status is Status.VIOLATED


@pytest.mark.slow
def test_the_largest_set_does_not_depend_on_the_order(content):
    """Stated the other way round, the same lemmas are kept."""
    (group,) = groups(content, ["patch25"], ["fast"], ["monotonic"], {})
    machine = content.model.build(group.design, group.host, group.settings)
    prop = content.properties["monotonic"]
    lemmas = [*machine.lemmas(), *prop.lemmas(machine)]
    kept = []
    for stated in (lemmas, lemmas[::-1]):
        system = build(machine, [prop], SolverFeasibility, lemmas=stated)
        kept.append({x.name for x in Induction(system).settled("monotonic")})
    assert kept[0] == kept[1]


@pytest.mark.slow
def test_no_lemma_of_a_proof_can_be_left_out(content):
    """A proof is minimal: its lemmas alone are a proof, without any one of them they are none."""
    (group,) = groups(content, ["pre25"], ["slow"], ["monotonic"], {})
    induction, _ = settled(content, group)
    needed = induction.proof("monotonic").lemmas
    assert _proves(content, group, needed)
    for lemma in {*needed} - {ONE_VALUE}:
        assert not _proves(content, group, [x for x in needed if x is not lemma]), lemma.name


def _proves(content, group, lemmas) -> bool:
    machine = content.model.build(group.design, group.host, group.settings)
    prop = content.properties["monotonic"]
    names = [x.name for x in lemmas]
    stated = [x for x in [*machine.lemmas(), *prop.lemmas(machine)] if x.name in names]
    system = build(machine, [prop], SolverFeasibility, lemmas=stated)
    return Induction(system).proves("monotonic")


@pytest.mark.slow
def test_the_lemmas_of_a_proof_do_not_depend_on_how_terms_are_numbered(content):
    """Terms that the solver was given before, which number all others anew, change nothing."""
    (group,) = groups(content, ["2.6.37"], ["cstate"], ["monotonic"], {})
    first = settled(content, group)[0].proof("monotonic").lemmas
    terms = [z3.Int(f"{n}.before") + n for n in range(2000)]
    second = settled(content, group)[0].proof("monotonic").lemmas
    assert len(terms) == 2000
    assert [x.name for x in first] == [x.name for x in second]


@pytest.mark.slow
def test_another_property_s_ghosts_are_no_help(content):
    """A proof leans on lemmas about the machine and its own ghosts only."""
    (group,) = groups(content, ["2.6.37"], ["cstate"], ["monotonic", "nonzero_delta"], {})
    for result in decide_group(content, group, 6):
        owners = {x.owner for x in result.certificate.lemmas}
        assert owners <= {"", result.cell.property}
