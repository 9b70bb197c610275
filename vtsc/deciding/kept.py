"""Verdicts of which the tree keeps evidence: saved counterexamples and recorded proofs, checked, not sought.

A saved counterexample is replayed by the plain interpreter. For a recorded proof, the certificate is made
from the names of its lemmas and solved, the runs that the claim needs are searched for, and the rules are
validated. As in the gate's memory, one thing is not checked again, since that takes a search: that no shorter
run violates the property. It is believed only of a trace that was made from today's model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vtsc.base.errors import BadFileError, EvidenceError
from vtsc.content.case import Case
from vtsc.deciding.memory import Memory
from vtsc.deciding.plan import EARLY, progress_lacks, proved
from vtsc.deciding.proofs import certified
from vtsc.deciding.verdict import Reached, Result, Status
from vtsc.engines.search.bmc import Searching
from vtsc.engines.task import Answer, Finding
from vtsc.evidence.certificate import Certificate
from vtsc.evidence.earlier import saved_trace
from vtsc.evidence.proofs import Proof, load_proofs
from vtsc.evidence.replay import replay, trace_of
from vtsc.evidence.systems import Systems
from vtsc.evidence.validating import contradiction, validated


@dataclass(frozen=True)
class Kept:
    """The evidence in the tree, and behind it a memory for the cases of which the tree has none."""

    memory: Memory

    def recall(self, case: Case, properties: Sequence[str], depth: int) -> list[Result] | None:
        """The verdicts of a case, their evidence checked again; None where it has to be decided."""
        try:
            return _Checked(case, properties).results()
        except (BadFileError, EvidenceError):
            return self.memory.recall(case, properties, depth)

    def remember(self, case: Case, depth: int, results: Sequence[Result]) -> None:
        """Keep the verdicts of a case in the memory."""
        self.memory.remember(case, depth, results)


class _Checked:
    """The kept evidence of some properties of a case; an error where any is missing or fails its check."""

    def __init__(self, case: Case, properties: Sequence[str]) -> None:
        self._case, self._properties = case, properties
        self._systems = Systems(case)

    def results(self) -> list[Result]:
        """The verdicts."""
        known = load_proofs(self._case.content, self._case.design)
        proofs = {p: known.proof(self._case.cell(p)) for p in self._properties}
        violated = {p: self._violation(p) for p, proof in proofs.items() if proof is None}
        proved_ones = [proof for proof in proofs.values() if proof is not None]
        found = {**violated, **self._proofs(proved_ones)}
        return [found[prop] for prop in self._properties]

    def _violation(self, prop: str) -> Result:
        trace = saved_trace(self._case, prop)
        content, cell = self._case.content, self._case.cell(prop)
        if trace is None or trace.model_digest != content.digest_of(cell.design):
            raise EvidenceError(f"{cell.design} {cell.host} {prop}: no evidence of today's model")
        own = (cell.design, cell.host, prop, cell.settings.texts())
        if (trace.design, trace.host, trace.property, trace.params) != own:
            raise BadFileError(f"{cell.design} {cell.host} {prop}: a trace of another cell")
        run = replay(self._case, trace)
        if not run.hit_at == trace.hit_at == len(trace.steps):
            raise BadFileError(f"{cell.design} {cell.host} {prop}: a trace that hits nothing")
        run = replay(self._case, trace, explain=run.observed)
        return Result(cell, Status.VIOLATED, trace.hit_at, "bmc", 0.0, trace=trace, run=run)

    def _proofs(self, proofs: Sequence[Proof]) -> dict[str, Result]:
        """The verdicts of the recorded proofs."""
        if not proofs:
            return {}
        systems = self._systems
        certificates = [self._certificate(proof) for proof in proofs]
        reached = self._reached([name for c in certificates for name in c.needs])
        stuck = progress_lacks(systems)
        validated(systems, [r.trace for r in reached if r.trace is not None])
        results = {}
        for each in certificates:
            prop = each.cell.property
            doubt = contradiction(systems, prop, anywhere=each.any_number)
            if doubt is not None:
                raise doubt
            results[prop] = proved(systems, each.engine, each, reached, stuck)
            if results[prop].status is not Status.PROVED:
                raise EvidenceError(f"{prop}: {results[prop].reason}")
        return results

    def _certificate(self, proof: Proof) -> Certificate:
        """The checked certificate of a recorded proof."""
        prop = proof.cell.property
        answer = Answer(Finding.PROVED, lemmas=proof.lemmas, k=proof.k, found=proof.found)
        made = certified(self._systems, prop, answer)
        if made is None:
            raise EvidenceError(f"{prop}: the recorded proof is stale")
        return made

    def _reached(self, names: Sequence[str]) -> tuple[Reached, ...]:
        """A run for each "sometimes" of these names that a short one reaches."""
        case, asked = self._case, [*dict.fromkeys(names)]
        monitors = [case.monitor(name) for name in asked]
        search = Searching(self._systems.own(monitors), asked, any_witness=asked)
        found = search.to(EARLY)
        reached = []
        for name in asked:
            witness = found.witnesses.get(name)
            trace = None if witness is None else trace_of(case, name, witness)[0]
            reached.append(Reached(name, name in found.never, found.depth, trace))
        return tuple(reached)
