"""Of the 64 combinations of 25/35's flags, 14 can occur while it may trap; the others are proved never to."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.cases import open_case
from tests.support.flags import COMBINATIONS, FLAGS, Combined
from vtsc.engines.proof.induction import Induction
from vtsc.engines.search.bmc import Searching
from vtsc.evidence.replay import trace_of
from vtsc.evidence.systems import Systems
from vtsc.language import Lemma, both, either, implies, negation

FRAME = ("in_guest_is_loaded", "loaded_is_bound", "bound", "rebase_is_unstable")
SETTINGS = {"vcpus": "2", "trapping": "unstable", "kvmclock": "any"}
REACHED = {
    "000000": 1, "000001": 5, "001000": 7, "001001": 4, "100001": 6, "100110": 3, "101001": 5,
    "101011": 5, "101100": 1, "101110": 5, "111001": 6, "111011": 6, "111100": 3, "111110": 4,
}  # fmt: skip
"""The combinations that occur, in the order of `FLAGS`, with the least number of steps to each."""


def lemma(name: str, holds: Any) -> Lemma:
    """A lemma about one vCPU and the host."""
    return Lemma(name, name, ("vcpu",), lambda m, s, g, v: holds(s.host, s.vm.vcpus[v]))


def to_trap(vcpu: Any) -> bool:
    """Whether a vCPU's mode is to trap."""
    return either((vcpu.tsc_mode == 1,))


def due(vcpu: Any) -> bool:
    """Whether mode and trapping agree, or an update is pending."""
    mode, now = to_trap(vcpu), vcpu.tsc_trapping
    return either((vcpu.request_clock_update, both(implies(mode, now), implies(now, mode))))


LEMMAS = (
    lemma(
        "traps_unstable", lambda h, v: implies(either((v.tsc_trapping, to_trap(v))), h.tsc_unstable)
    ),
    lemma("no_page", lambda h, v: implies(to_trap(v), negation(v.time_page))),
    lemma("to_trap", lambda h, v: implies(both(h.tsc_unstable, negation(v.time_page)), to_trap(v))),
    lemma("due", lambda h, v: due(v)),
    lemma("rebase_is_off", lambda h, v: implies(v.tsc_rebase, negation(v.loaded))),
    lemma("rebase_asks", lambda h, v: implies(v.tsc_rebase, either((v.request_clock_update,)))),
)


@pytest.mark.hours
def test_each_combination_is_reached_or_never(content):
    """The shortest runs are replayed; the rest follows from lemmas that hold by induction."""
    combined = {"".join("01"[x] for x in c): Combined(c) for c in COMBINATIONS}
    watched = replace(content, sometimes=tuple(combined.values()), _resolved={})
    case = open_case(watched, "patch25", "cstate", "monotonic", **SETTINGS)
    frame = [x for x in case.lemmas("monotonic") if x.name in FRAME]
    systems, monitors = Systems(case), [*combined.values()]
    induction = Induction(systems.own(monitors, [*frame, *LEMMAS]))
    assert len(FLAGS) == 6
    assert {k for k, s in combined.items() if not induction.proves(s.name)} == REACHED.keys()
    left = [combined[k] for k in REACHED]
    search = Searching(systems.own(left), [s.name for s in left])
    found = search.to(max(REACHED.values())).witnesses
    assert {k: len(found[combined[k].name].calls) for k in REACHED} == REACHED
    for key, depth in REACHED.items():
        trace, _ = trace_of(case, combined[key].name, found[combined[key].name])
        assert trace.hit_at == depth
