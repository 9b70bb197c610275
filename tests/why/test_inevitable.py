"""The step of a counterexample from which on its violation cannot be avoided."""

from itertools import product

import pytest

from tests.support.paths import ROOT
from vtsc.engines.search.inevitable import inevitable
from vtsc.evidence.replay import case_of
from vtsc.evidence.systems import Systems
from vtsc.evidence.trace import load_trace
from vtsc.language.words import Illegal
from vtsc.native.inputs import Solved
from vtsc.native.witness import Witness
from vtsc.report.attributions import fate
from vtsc.why.cause import recording
from vtsc.why.inevitable import point_of_no_return


def saved(name):
    """A saved counterexample."""
    return load_trace(ROOT / f"counterexamples/{name}.json")


def endings(case, trace, steps):
    """Whether the last call violates when it is next taken, in runs that leave ``trace`` after ``steps``."""
    run, monitor, machine = recording(trace), case.monitor(trace.property), case.new_machine()
    state, ghosts = machine.state(), monitor.ghosts(machine)
    machine.initialise(state, Solved(run.initial))
    last = run.calls[-1]

    def take(call, given):
        machine.advance(state, given)
        return bool(monitor.answer(machine, state, ghosts, machine.perform(state, call, given)))

    def after(left):
        for call, passing in product(machine.calls() if left > 1 else [last], (0, 1_000_001)):
            before, noted = state.saved(), {name: dict(vars(g)) for name, g in ghosts.items()}
            try:
                hit = take(call, Solved({"dt": passing}))
                yield from [hit] if call == last else after(left - 1)
            except Illegal:
                pass
            state.restore(before)
            for name, values in noted.items():
                vars(ghosts[name]).update(values)

    for call, given in zip(run.calls[:steps], run.inputs[:steps], strict=True):
        take(call, Solved(given))
    return list(after(len(run.calls) - steps))


@pytest.mark.parametrize(
    ("name", "steps", "action"),
    [
        ("patch25.cstate.monotonic", 11, "rdtsc(0)"),
        ("patch25.cstate.bounded_lag", 3, "load(0, 0)"),
        ("2.6.37.cstate.bounded_lag.clock_resolution=4ms.lag_bound=3999998ns", 3, "serve(0)"),
    ],
)
def test_the_point_of_no_return(content, name, steps, action):
    """Known by hand: enough time makes a stopped TSC catch up, but no time makes a lag smaller."""
    trace = saved(name)
    found = point_of_no_return(case_of(content, trace), trace)
    assert (found.steps, str(trace.steps[found.steps - 1].call)) == (steps, action)
    assert found.way_out.calls[: steps - 1] == tuple(s.call for s in trace.steps[: steps - 1])
    assert found.way_out.calls[-1] == trace.steps[-1].call


@pytest.mark.parametrize(("steps", "avoidable"), [(3, False), (2, True)])
def test_plain_runs_agree(content, steps, avoidable):
    """After the point none of all short runs avoids the violation; before it, some do."""
    trace = saved("patch25.cstate.bounded_lag")
    found = endings(case_of(content, trace), trace, steps)
    assert len(found) > 3 and all(found) is not avoidable


def test_a_run_that_the_system_does_not_have(content):
    """Nothing is said of it, rather than that everything violates."""
    trace = saved("patch25.cstate.bounded_lag")
    case, run = case_of(content, trace), recording(trace)
    system = Systems(case).own([case.monitor(trace.property)])
    calls, inputs = tuple(run.calls), tuple(map(dict, run.inputs))
    assert inevitable(system, trace.property, Witness(calls, inputs, dict(run.initial))).steps == 3
    shorter = Witness((*calls[:-2], calls[-1]), (*inputs[:-2], inputs[-1]), dict(run.initial))
    assert inevitable(system, trace.property, shorter) is None


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "patch25.cstate.bounded_lag",
            "After step 3, load(0, 0), the next rdtsc(0) within the 3 steps that are left violates "
            "whatever comes before it. After step 2, load(0, 1), ",
        ),
        (
            "patch25.cstate.monotonic",
            "Only the last step decides. After step 10, rdtsc(0) does no harm with dt ",
        ),
    ],
)
def test_it_is_told(content, name, sentences):
    """With the way out before it."""
    trace = saved(name)
    assert fate(trace, point_of_no_return(case_of(content, trace), trace)).startswith(sentences)
    assert fate(trace, None) == "It is not known from which step on this cannot be avoided."
