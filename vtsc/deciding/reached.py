"""Whether one "sometimes" of a case is reached, asked by itself."""

from dataclasses import replace

from vtsc.content.case import Case
from vtsc.deciding.verdict import Reached
from vtsc.engines.proof.induction import Induction
from vtsc.engines.search.bmc import Searching
from vtsc.engines.task import keys
from vtsc.evidence.replay import trace_of
from vtsc.evidence.systems import Systems
from vtsc.evidence.validating import contradiction, validated
from vtsc.language.lemmas import Lemma


def reached(case: Case, name: str, depth: int, *, hoped: bool = True) -> Reached:
    """The shortest run of up to ``depth`` steps that reaches it, or the lemmas by which none does.

    A proof is tried first unless a run is ``hoped`` for. Raises `EvidenceError` where rules and functions
    differ, or a plain run reaches what is proved never to be reached.
    """
    systems, monitor = Systems(case), case.monitor(name)
    found = Reached(name, False, 0)
    for proving in (not hoped, hoped):
        if found.never or found.trace is not None:
            break
        found = _proved(systems, name) if proving else _looked_for(systems, name, depth)
    validated(systems, [] if found.trace is None else [found.trace])
    doubt = contradiction(systems, monitor.name) if found.never else None
    if doubt is not None:
        raise doubt
    return found


def _looked_for(systems: Systems, name: str, depth: int) -> Reached:
    search = Searching(systems.own([systems.case.monitor(name)]), [name])
    found = search.to(depth)
    trace = None
    if name in found.witnesses:
        trace, _ = trace_of(systems.case, name, found.witnesses[name])
    return Reached(name, name in found.never, found.depth, trace)


def _proved(systems: Systems, name: str) -> Reached:
    case = systems.case
    induction = Induction(systems.own([case.monitor(name)], _lemmas(case, name)))
    if not induction.proves(name):
        return Reached(name, False, 0)
    return replace(Reached(name, True, 0), lemmas=keys(induction.proof(name).lemmas))


def _lemmas(case: Case, name: str) -> list[Lemma]:
    """The lemmas of the model, which belong to no property, and those of the event itself."""
    known = next(iter(case.content.properties), None)
    own = [] if known is None else [x for x in case.lemmas(known) if not x.owner]
    return [*own, *case.monitor(name).lemmas(case.machine())]
