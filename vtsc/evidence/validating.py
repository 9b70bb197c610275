"""Validates the systems of a case before anything that rests on them is reported.

All systems of one size share their plain runs, and earlier validations are remembered.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from vtsc.base.errors import ValidationError
from vtsc.evidence.systems import Built, Systems
from vtsc.evidence.trace import Trace
from vtsc.language.claims import Monitor
from vtsc.solver.witnesses import SolverWitnesses
from vtsc.validation.plain import Watched
from vtsc.validation.remembered import digest as digest_of
from vtsc.validation.remembered import recall, remember
from vtsc.validation.ruled import Ruled
from vtsc.validation.runs import STEPS, Opening, Runs
from vtsc.validation.validate import Hit, validate

FEWER = 500
"""The least number of steps at sizes that stand for any number, besides those at the case's own sizes."""
Hits = Mapping[str, Hit]
"""For each monitor that was hit in a plain run, the earliest step that hit it."""


def validated(systems: Systems, traces: Iterable[Trace], *, again: bool = False) -> None:
    """Validate every system that was built for a case; raises `ValidationError` at the first difference.

    Hits of monitors in plain runs are noted in ``systems``.
    ``traces``: runs that reach a "sometimes", along which some plain runs begin. ``again``: another system
    of the case's own machine has been validated before.
    """
    openings = [_opening(trace) for trace in traces]
    by_size: dict[tuple[int, ...], list[Built]] = {}
    for built in systems.built:
        by_size.setdefault(tuple(built.machine.sizes.values()), []).append(built)
    for alike in by_size.values():
        own = alike[0].machine is systems.case.machine()
        noted = systems.hits if own else systems.hits_elsewhere
        _note(noted, _validated(systems, alike, openings, again))
    systems.built.clear()


def contradiction(
    systems: Systems, name: str, depth: int | None = None, *, anywhere: bool = False
) -> ValidationError | None:
    """The error that a plain run hits what is claimed never to happen, or not within ``depth`` steps.

    ``anywhere``: the claim is about any number of instances, not about the case's own machine alone.
    """
    for hits in (systems.hits, systems.hits_elsewhere if anywhere else {}):
        hit = hits.get(name)
        if hit is not None and (depth is None or hit.depth <= depth):
            return ValidationError(f"{hit.where} hits {name}, which the rules exclude")
    return None


def _note(noted: dict[str, Hit], new: Hits) -> None:
    """Note the earliest hit of each monitor."""
    for name, hit in new.items():
        if name not in noted or hit.depth < noted[name].depth:
            noted[name] = hit


def _validated(
    systems: Systems, alike: Sequence[Built], openings: Sequence[Opening], again: bool
) -> Hits:
    """Validate systems of one size, the one with most monitors first; the hits of their monitors."""
    case = systems.case
    content, machine = case.content, alike[0].machine
    monitors: dict[str, Monitor] = {m.name: m for built in alike for m in built.monitors}
    untouched = f"machine to validate with sizes {machine.sizes}"
    alone = case.kept(untouched, lambda: case.new_machine(machine.sizes))
    plain = Watched(alone, list(monitors.values()), systems.is_rule)
    plain.fresh()
    fields = dict(plain.fields())
    texts = case.settings.texts()
    seed = f"{case.design} {case.host} {texts} {machine.sizes}"
    calls = frozenset(call for built in alike for call in built.system.calls)
    own = machine is case.machine()
    typical = content.model.typical_input
    thorough, steps = own and not again, STEPS if own else FEWER
    runs = Runs(plain, seed, typical, openings, thorough, steps, preferred=calls)
    functions = [content.digest_of(case.design), content.claimed, seed]
    hits: dict[str, Hit] = {}
    for built in sorted(alike, key=lambda b: -len(b.monitors)):
        ruled = Ruled(built.system, fields)
        name = digest_of(ruled, functions)
        seen = systems.validated.get(name) or recall(name)
        if seen is None:
            solver = partial(SolverWitnesses, built.system)
            seen = validate(ruled, runs, solver, content.relative)
            remember(name, seen)
        systems.validated[name] = seen
        _note(hits, seen.hits)
    return hits


def _opening(trace: Trace) -> Opening:
    """A trace as a run that others may begin with."""
    return Opening(trace.initial_inputs, tuple((s.call, s.inputs) for s in trace.steps))
