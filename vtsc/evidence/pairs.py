"""Two cases side by side: their systems, the questions of a proof about both, and the runs of each alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vtsc.base.errors import EvidenceError
from vtsc.content.case import Case
from vtsc.evidence.questions import kept, queries
from vtsc.evidence.replay import recorded
from vtsc.evidence.systems import Built, Systems
from vtsc.evidence.trace import Trace
from vtsc.evidence.validating import validated
from vtsc.language.lemmas import Lemma
from vtsc.language.observing import FIELDS, Observing
from vtsc.native.interpreter import NotARun
from vtsc.native.paired import PairRun, visible
from vtsc.native.witness import Inputs, Witness
from vtsc.smtlib.script import Script, Writer, disjunction
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.symbolic.forms import Condition
from vtsc.system.builder import explored
from vtsc.system.guards import guarding
from vtsc.system.paired import Pair
from vtsc.system.simplify import simplify, slice_away
from vtsc.system.system import System


def explored_sides(old: Case, new: Case) -> tuple[System, System]:
    """The systems of two cases with their lemmas stated, not simplified.

    Inputs of one name have the same range in both.
    """
    ranges: tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]]] = ({}, {})
    while True:
        first = _explored(old, ranges)
        before = [dict(each) for each in ranges]
        second = _explored(new, ranges)
        if before == [*ranges]:
            return first, second


def _explored(
    case: Case, ranges: tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]]]
) -> System:
    machine = case.machine()
    return explored(
        machine, [Observing()], SolverFeasibility, lemmas=machine.lemmas(), ranges=ranges
    ).system


def guards(case: Case) -> frozenset[str]:
    """The fields on which it depends which calls are possible in a case."""
    return guarding(case.machine(), SolverFeasibility)


def simplified(system: System, lemmas: Sequence[Lemma] | None = None) -> System:
    """A simplified copy of a system, with those of its facts that ``lemmas`` name, by default all."""
    facts = [f for f in system.facts if lemmas is None or f.lemma in lemmas]
    rules = [replace(rule) for rule in system.rules]
    found = replace(system, rules=rules, slots=dict(system.slots), facts=facts)
    simplify(found, FIELDS)
    return found


def relevant(system: System) -> frozenset[str]:
    """The fields on which some guard or some target depends."""
    rules = [replace(rule) for rule in system.rules]
    found = replace(system, rules=rules, slots=dict(system.slots), facts=[])
    slice_away(found)
    return frozenset(found.slots)


def validate_side(case: Case, system: System) -> None:
    """Compare the rules of one side with its functions; raises `ValidationError` where they differ."""
    systems = Systems(case)
    systems.built.append(Built(case.machine(), (Observing(),), simplified(system, ())))
    validated(systems, ())


def questions(
    sides: tuple[System, System], pair: Pair, lemmas: Sequence[Lemma], target: str
) -> Mapping[str, str]:
    """The questions that must be "unsat" if no run of the pair hits a target, by ``lemmas`` of the pair.

    The facts of the sides hold of every state that they reach; the pair has every step that both can take;
    what it keeps once is equal in both; and no step from a state that satisfies ``lemmas`` hits the target.
    """
    found: dict[str, str] = {}
    for name, side in zip(("old", "new"), sides, strict=True):
        found |= {f"{name}-{title}": text for title, text in kept(simplified(side)).items()}
    found["shared-initial"] = _none_of((), pair.never_first)
    found["shared-step"] = _none_of(pair.known, pair.excluded)
    return found | queries(simplified(pair.ending, lemmas), target)


def _none_of(known: Sequence[Condition], excluded: Sequence[Condition]) -> str:
    """The question whether something holds that the making of the pair has excluded."""
    script = Script("What two systems are taken to share is different after a step of both.")
    write = Writer(script)
    for condition in known:
        script.require(write.condition(condition))
    script.require(disjunction(dict.fromkeys(write.condition(c) for c in excluded)))
    return script.text()


def alone(case: Case, run: PairRun, side: int) -> Trace | None:
    """The run of one side as a trace of its own, in which it does not wait, up to the difference.

    The time of a step in which it waits is added to that of the next one. None where no such run observes
    the same; raises `EvidenceError` if it does not wait at all, and yet does not.
    """
    lanes = [step.lanes[side] for step in run.steps]
    calls, inputs = [], list[Inputs]()
    waited: Inputs = {}
    for step, lane in zip(run.steps, lanes, strict=True):
        total = {n: _sum(v, waited.get(n, 0)) for n, v in lane.inputs.items()}
        waited = {**waited, **total} if lane.waits else {}
        if not lane.waits:
            calls.append(step.call)
            inputs.append(total)
    witness = Witness(tuple(calls), tuple(inputs), dict(run.initial_inputs[side]))
    wanted = [visible(x.observed) for x in lanes if x.observed is not None]
    try:
        trace, found = recorded(case, f"can_{calls[-1].name}", witness)
    except NotARun:
        trace, found = None, []
    if trace is not None and [visible(x) for x in found] == wanted:
        return trace
    if any(lane.waits for lane in lanes):
        return None
    raise EvidenceError(f"replay: {case.design} alone does not observe what it does beside another")


def _sum(value: int | bool, more: int | bool) -> int | bool:
    return value if isinstance(value, bool) or isinstance(more, bool) else value + more
