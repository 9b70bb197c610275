"""64-bit vectors confirm the saved counterexamples: the same calls and inputs hit the same target."""

from pathlib import Path

import pytest
import z3

from vtsc.arithmetics.integers import SolverFeasibility
from vtsc.arithmetics.vectors import VectorLowering
from vtsc.builder import build
from vtsc.replay import settings_of
from vtsc.system import INITIAL
from vtsc.trace import load_trace
from vtsc.unroll import Unrolling

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).resolve().parent.parent / "counterexamples"
FILES = sorted(FOLDER.glob("*.json"))


def fixed(constant, value):
    """That a constant of the unrolling has the recorded value."""
    if isinstance(value, bool):
        return constant == z3.BoolVal(value)
    return constant == z3.BitVecVal(value, 64)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_vectors_confirm_the_trace_and_nothing_earlier(content, path):
    """With calls and inputs fixed, the target is hit at the last step and at no step before."""
    trace = load_trace(path)
    settings = settings_of(content, trace)
    machine = content.model.build(trace.design, trace.host, settings)
    system = build(machine, [content.properties[trace.property]], SolverFeasibility)
    unrolling = Unrolling(system, VectorLowering, symmetry=False)
    solver = z3.SolverFor("QF_BV")
    solver.add(*unrolling.initial)
    scales = {
        n.partition("*")[0]: (n, int(n.partition("*")[2] or 1)) for n in system.initial_inputs.words
    }
    for name, value in trace.initial_inputs.items():
        own, scale = scales[name]
        solver.add(z3.Const(INITIAL + own, z3.BitVecSort(64)) == value // scale)
    hits = []
    for number, step in enumerate(trace.steps):
        constraints, depth = unrolling.step(number)
        solver.add(*constraints, depth.calls[step.call])
        for name, value in step.inputs.items():
            if name in depth.inputs:
                solver.add(fixed(depth.inputs[name], value))
        hits.append(depth.targets[trace.property])
    assert solver.check(hits[-1]) == z3.sat
    assert solver.check(z3.Or(hits[:-1])) == z3.unsat
