"""64-bit vectors confirm the saved counterexamples: they hit their target, and no shorter run does."""

import pytest
import z3

from crosscheck.vector_search import Search
from tests.support.paths import ROOT
from vtsc.evidence.replay import case_of
from vtsc.evidence.trace import load_trace
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.solver.unroll import Unrolling
from vtsc.solver.vectors import VectorLowering
from vtsc.symbolic.names import INITIAL
from vtsc.symbolic.values import Index
from vtsc.system.builder import build

pytestmark = pytest.mark.slow
FOLDER = ROOT / "counterexamples"
FILES = sorted(FOLDER.glob("*.json"))
DEEPEST = 10
"""No search of all vector runs is made for counterexamples longer than this."""
LARGE = ("patch25.cstate.monotonic_smp", "pre25.cstate.monotonic_smp", "bump-vcpu", "bump-vm")
"""Ends of the names of cells with so many runs that walking them takes many minutes (``make hours``)."""
ENDLESS = ("estimate",)
"""The same for those with quotients in them, of which no solver for vectors makes anything."""
SHALLOW = [path for path in FILES if load_trace(path).hit_at <= DEEPEST]
FOUND = (
    "2.6.35-svm.resetting.monotonic",
    "2.6.35-svm.skewed.monotonic",
    "patch25.cstate.bounded_lead",
    "pre25.cstate.bounded_lag",
)
"""Counterexamples that the search has to find where it may look deep enough."""
WALKED = [
    pytest.param(path, marks=[pytest.mark.hours] * path.stem.endswith(LARGE))
    for path in SHALLOW
    if not path.stem.endswith(ENDLESS)
]


def fixed(constant, value):
    """That a constant of the unrolling has the recorded value."""
    if isinstance(value, bool):
        return constant == z3.BoolVal(value)
    return constant == z3.BitVecVal(value, 64)


def loaded(content, path):
    """A saved trace, and the system of its cell."""
    trace = load_trace(path)
    machine = case_of(content, trace).machine()
    return trace, build(machine, [content.properties[trace.property]], SolverFeasibility)


def recorded(system, step, depth):
    """That after ``depth`` steps the fields, ghosts aside, are what a step of a trace says."""
    constraints = []
    for slot in system.slots:
        record, _, field = slot.rpartition(".")
        value = step.state.get(record, {}).get(field)
        if isinstance(system.pre[slot], Index):
            constraints += [
                z3.Bool(f"{slot}@{depth}={i}") == (i == value) for i in system.pre[slot].members
            ]
        elif value is not None:
            sort = z3.BoolSort() if isinstance(value, bool) else z3.BitVecSort(64)
            constraints.append(fixed(z3.Const(f"{slot}@{depth}", sort), value))
    return constraints


def answer(constraints):
    """What a solver for vectors says of them."""
    solver = z3.SolverFor("QF_BV")
    solver.add(*constraints)
    return solver.check()


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_vectors_confirm_the_trace_and_nothing_earlier(content, path):
    """With calls and inputs fixed, the target is hit at the last step and at no step before.

    That it is hit is asked with the states fixed too, so that each step is a question of its own.
    """
    trace, system = loaded(content, path)
    unrolling = Unrolling(system, VectorLowering, symmetry=False)
    run = list(unrolling.initial)
    scales = {
        n.partition("*")[0]: (n, int(n.partition("*")[2] or 1)) for n in system.initial_inputs.words
    }
    for name, value in trace.initial_inputs.items():
        own, scale = scales[name]
        run.append(z3.Const(INITIAL + own, z3.BitVecSort(64)) == value // scale)
    hits, states = [], []
    for number, step in enumerate(trace.steps):
        constraints, depth = unrolling.step(number)
        run += [*constraints, depth.calls[step.call]]
        for name, value in step.inputs.items():
            if name in depth.inputs:
                run.append(fixed(depth.inputs[name], value))
        hits.append(depth.targets[trace.property])
        states += recorded(system, step, number + 1)
    assert states
    assert answer([*run, *states, hits[-1]]) == z3.sat
    assert answer([*run, z3.Or(hits[:-1])]) == z3.unsat


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("path", WALKED, ids=lambda p: p.stem)
def test_no_shorter_run_violates_over_vectors(content, path):
    """Whatever the calls and inputs, no run of fewer steps than the trace's hits the target."""
    trace, system = loaded(content, path)
    assert not Search(system, trace.property).hits_within(trace.hit_at - 1)


@pytest.mark.parametrize("name", FOUND)
def test_the_search_over_vectors_finds_what_is_there(content, name):
    """With as many steps as the trace's, the same search does hit the target."""
    trace, system = loaded(content, FOLDER / f"{name}.json")
    assert Search(system, trace.property).hits_within(trace.hit_at)
