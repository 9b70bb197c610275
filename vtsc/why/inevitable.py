"""The step of a counterexample from which on its violation can no longer be avoided."""

from vtsc.base.errors import EvidenceError
from vtsc.content.case import Case
from vtsc.engines.search.inevitable import Inevitable, inevitable
from vtsc.evidence.systems import Systems
from vtsc.evidence.trace import Trace
from vtsc.native.witness import Witness
from vtsc.why.again import Again, Recording
from vtsc.why.cause import recording


def point_of_no_return(case: Case, trace: Trace) -> Inevitable | None:
    """From which step on the last call of a violating trace cannot but violate; None where that is unknown.

    The way out before that step is played natively; raises `EvidenceError` where its last call violates.
    """
    run, monitor = recording(trace), case.monitor(trace.property)
    inputs = tuple(dict(given) for given in run.inputs)
    system = Systems(case).own([monitor])
    found = inevitable(system, trace.property, Witness(tuple(run.calls), inputs, dict(run.initial)))
    if found is not None and found.way_out is not None:
        out = found.way_out
        again = Again(case.new_machine(), monitor)
        played = again.play(Recording(out.initial, out.calls, out.inputs), bridge=False)
        if played.ends_violating:
            raise EvidenceError(f"the way out before step {found.steps} violates {trace.property}")
    return found
