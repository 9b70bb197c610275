"""Validates the systems of a case before anything that rests on them is reported.

All systems of one size share their plain runs. A validation that is remembered costs next to nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from vtsc.content.digest import digest
from vtsc.evidence.systems import Built, Systems
from vtsc.evidence.trace import Trace
from vtsc.language.claims import Monitor
from vtsc.solver.witnesses import SolverWitnesses
from vtsc.validation.plain import Watched
from vtsc.validation.remembered import digest as digest_of
from vtsc.validation.remembered import recall, remember
from vtsc.validation.ruled import Ruled
from vtsc.validation.runs import STEPS, Opening, Runs
from vtsc.validation.validate import validate

FEWER = 500
"""How many steps are taken at least at sizes that stand for any number, beside those of the case's own."""
Hits = Mapping[str, tuple[str, int]]
"""For each monitor that said yes in a plain run, a step at which it did, and the least number of one."""


def validated(systems: Systems, traces: Iterable[Trace], *, again: bool = False) -> Hits:
    """Validate every system that was built for a case; raises `ValidationError` at the first difference.

    ``traces``: runs that are known to get somewhere, along which some plain runs begin. ``again``: another
    system of the case's own machine has been validated before.
    """
    openings = [_opening(trace) for trace in traces]
    by_size: dict[tuple[int, ...], list[Built]] = {}
    for built in systems.built:
        by_size.setdefault(tuple(built.machine.sizes.values()), []).append(built)
    for alike in by_size.values():
        for name, hit in _validated(systems, alike, openings, again).items():
            if name not in systems.hits or hit[1] < systems.hits[name][1]:
                systems.hits[name] = hit
    systems.built.clear()
    return systems.hits


def _validated(
    systems: Systems, alike: Sequence[Built], openings: Sequence[Opening], again: bool
) -> Hits:
    """The same for systems of one size, the one with most monitors first."""
    case = systems.case
    content, machine = case.content, alike[0].machine
    monitors: dict[str, Monitor] = {m.name: m for built in alike for m in built.monitors}
    plain = Watched(machine, list(monitors.values()), systems.is_rule)
    plain.fresh()
    fields = dict(plain.fields())
    texts = case.settings.texts()
    seed = f"{case.design} {case.host} {texts} {machine.sizes}"
    calls = frozenset(call for built in alike for call in built.system.calls)
    own = machine is case.machine()
    typical = content.model.typical_input
    thorough, steps = own and not again, STEPS if own else FEWER
    runs = Runs(plain, seed, typical, openings, thorough, steps, preferred=calls)
    functions = [content.digest_of(case.design), digest(content.root, "properties"), seed]
    hits: dict[str, tuple[str, int]] = {}
    for built in sorted(alike, key=lambda b: -len(b.monitors)):
        ruled = Ruled(built.system, fields)
        name = digest_of(ruled, functions)
        seen = systems.validated.get(name) or recall(name)
        if seen is None:
            solver = partial(SolverWitnesses, built.system)
            seen = validate(ruled, runs, solver, content.relative)
            remember(name, seen)
        systems.validated[name] = seen
        for target, hit in seen.hits.items():
            if target not in hits or hit[1] < hits[target][1]:
                hits[target] = hit
    return hits


def _opening(trace: Trace) -> Opening:
    """A trace as a run that others may begin with."""
    return Opening(trace.initial_inputs, tuple((s.call, s.inputs) for s in trace.steps))
