"""Whether some "sometimes" of a case are reached, asked by themselves."""

from collections.abc import Mapping, Sequence

from vtsc.content.case import Case
from vtsc.deciding.verdict import Reached
from vtsc.engines.proof.induction import Induction
from vtsc.engines.search.bmc import Searching
from vtsc.engines.task import keys
from vtsc.evidence.replay import trace_of
from vtsc.evidence.systems import Systems
from vtsc.evidence.validating import contradiction, validated
from vtsc.language.lemmas import Lemma


def reached(case: Case, asked: Mapping[str, bool], depth: int) -> dict[str, Reached]:
    """For each "sometimes" the shortest run of up to ``depth`` steps, or the lemmas by which none reaches it.

    ``asked`` says of each whether a run is expected; of the others a proof is tried first. Raises
    `EvidenceError` where rules and functions differ, or a plain run reaches what is proved never to be.
    """
    systems = Systems(case)
    found = _looked_for(systems, [name for name, hoped in asked.items() if hoped], depth)
    left = [name for name in asked if name not in found]
    found |= _proved(systems, left)
    left = [name for name in left if name not in found and not asked[name]]
    found |= _looked_for(systems, left, depth)
    validated(systems, [r.trace for r in found.values() if r.trace is not None])
    for name, each in found.items():
        doubt = contradiction(systems, name) if each.never else None
        if doubt is not None:
            raise doubt
    return {name: found.get(name, Reached(name, False, depth)) for name in asked}


def _looked_for(systems: Systems, names: Sequence[str], depth: int) -> dict[str, Reached]:
    """Those that a run reaches, or that no rule can."""
    if not names:
        return {}
    monitors = [systems.case.monitor(name) for name in names]
    found = Searching(systems.own(monitors), names).to(depth)
    traces = {name: trace_of(systems.case, name, w)[0] for name, w in found.witnesses.items()}
    runs = {name: Reached(name, False, found.depth, trace) for name, trace in traces.items()}
    return runs | {name: Reached(name, True, found.depth) for name in sorted(found.never)}


def _proved(systems: Systems, names: Sequence[str]) -> dict[str, Reached]:
    """Those that are never reached, with the lemmas that show it."""
    if not names:
        return {}
    case = systems.case
    monitors = [case.monitor(name) for name in names]
    induction = Induction(systems.own(monitors, _lemmas(case, names)))
    never = [name for name in names if induction.proves(name)]
    return {
        name: Reached(name, True, 0, lemmas=keys(induction.proof(name).lemmas)) for name in never
    }


def _lemmas(case: Case, names: Sequence[str]) -> list[Lemma]:
    """The lemmas of the model, which belong to no property, and those of the events themselves."""
    known = next(iter(case.content.properties), None)
    found = [] if known is None else [x for x in case.lemmas(known) if not x.owner]
    own = (x for name in names for x in case.monitor(name).lemmas(case.machine()))
    return [*dict.fromkeys((*found, *own))]
