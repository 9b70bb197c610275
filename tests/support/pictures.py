"""Scenes for tests of pictures: of a saved run, and of a long one that is made of it."""

from dataclasses import replace
from pathlib import Path

from tests.support.paths import ROOT
from vtsc.content.content import Content
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import Trace, TraceStep, load_trace
from vtsc.language.actions import Call
from vtsc.report.picture.scene import Scene, scene

SAVED = ROOT / "counterexamples"
USUAL = SAVED / "patch25.cstate.monotonic.json"
SOME = (
    USUAL,
    SAVED / "2.6.35-vmx.skewed.monotonic.json",  # 18 steps, and numbers of 19 digits
    SAVED / "2.6.37.slow.timer_lateness.timeslice=1ms.early_bound=unbounded.json",
    SAVED / "patch25.cstate.monotonic_smp.json",
    SAVED
    / "patch25.slow.monotonic.vcpus=2.kvmclock=any.trapping=unstable.trap_clear=immediate.json",
    SAVED / "pre25.resetting.monotonic.json",
)
"""Saved runs of every sort: one vCPU and two, with timers, with trapping, with suspends."""


def scene_of(content: Content, path: Path = USUAL) -> Scene:
    """The scene of a saved run."""
    return scene_of_trace(content, load_trace(path), states=True)


def scene_of_trace(content: Content, trace: Trace, states: bool = False) -> Scene:
    """The scene of a trace, of which the calls and inputs are enough."""
    case = case_of(content, trace)
    run = replay(case, trace, states=states)
    return scene(case, trace, replay(case, trace, states=states, explain=run.observed))


def long_trace(times: int = 10, passing: int = 4_611_686_018_427) -> Trace:
    """The usual run after ``times`` loads and puts more, during which much time passes: two steps each."""
    trace = load_trace(USUAL)
    more = []
    for i in range(times):
        more.append(TraceStep(Call("load", (0, i % 2)), {"dt": passing}, {}))
        more.append(TraceStep(Call("put", (0,)), {"dt": 0}, {}))
    steps = (*more, *trace.steps)
    return replace(trace, steps=steps, hit_at=len(steps))
