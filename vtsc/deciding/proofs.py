"""Proofs by the engines that share a preparation, and the checked certificate of any proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from vtsc.base.errors import EvidenceError
from vtsc.engines import Answers, Effort, asked, first_accepted
from vtsc.engines.proof.induction import Induction
from vtsc.engines.task import Answer, Finding, Key, Task, keys
from vtsc.evidence.certificate import Certificate, check, make
from vtsc.evidence.hints import Hint, load_hint, save_hint
from vtsc.evidence.systems import Systems, key
from vtsc.language.claims import Sometimes
from vtsc.language.lemmas import Lemma


@dataclass(frozen=True)
class Proofs:
    """The proofs about a case: certificates by property, and the "sometimes" that are never reached."""

    certificates: Mapping[str, Certificate] = field(default_factory=dict)
    never: frozenset[str] = frozenset()
    settled: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    """For each property that is not proved, the lemmas that hold of every reachable state."""


def prove(
    systems: Systems, properties: Sequence[str], sometimes: Sequence[Sometimes], effort: Effort
) -> Proofs:
    """Try to prove each property, and that "sometimes" never happen."""
    case = systems.case
    hint = load_hint(case, properties)
    # A hint that lacks one of the proofs cannot save the attempt.
    if hint is not None and all(prop in hint.proofs for prop in properties):
        attempt = _Attempt(systems, properties, sometimes, hint)
        proofs = attempt.proofs(effort)
        if hint.proofs.keys() == proofs.certificates.keys():
            return proofs
    attempt = _Attempt(systems, properties, sometimes, None)
    proofs = attempt.proofs(effort)
    save_hint(case, properties, attempt.hint(proofs))
    return proofs


class _Attempt:
    """One attempt, with all candidate lemmas or only those of a hint."""

    def __init__(
        self,
        systems: Systems,
        properties: Sequence[str],
        sometimes: Sequence[Sometimes],
        hint: Hint | None,
    ) -> None:
        self._systems = systems
        self._properties = properties
        self._sometimes = sometimes
        self._hint = hint
        case = systems.case
        monitors = [case.property(prop) for prop in properties]
        system = systems.own([*monitors, *sometimes], self._lemmas())
        self._induction = Induction(system)

    def _lemmas(self) -> list[Lemma]:
        """The lemmas of the machine and of every property, each once."""
        case, hint = self._systems.case, self._hint
        found = dict.fromkeys(x for prop in self._properties for x in case.lemmas(prop))
        return [x for x in found if hint is None or key(x) in hint.lemmas()]

    def proofs(self, effort: Effort) -> Proofs:
        """The proofs that the engines with a shared preparation find."""
        never = frozenset(s.name for s in self._sometimes if self._induction.proves(s.name))
        certificates: dict[str, Certificate] = {}
        settled: dict[str, tuple[Key, ...]] = {}
        for prop in self._properties:
            certificate, answers = self._asked(prop, effort)
            if certificate is not None:
                certificates[prop] = certificate
            else:
                settled[prop] = next((a.lemmas for a in answers.values() if not a.decided), ())
        return Proofs(certificates, never, settled)

    def _asked(self, prop: str, effort: Effort) -> tuple[Certificate | None, Answers]:
        monitor = self._systems.case.property(prop)
        task = Task(
            prop,
            partial(self._systems.own, [monitor]),
            depth=0,
            remembered=self._hint.proofs.get(prop) if self._hint is not None else None,
            shared=self._induction,
        )

        def accept(name: str, answer: Answer, before: Answers) -> Certificate | None:
            return certified(self._systems, prop, answer)

        return first_accepted(task, asked(effort, shared=True), accept)

    def hint(self, proofs: Proofs) -> Hint:
        """The lemmas with which another attempt gets to the same proofs at once."""
        needed = {
            prop: tuple((x.owner, x.name) for x in certificate.stated)
            for prop, certificate in proofs.certificates.items()
        }
        never = {
            k for name in sorted(proofs.never) for k in keys(self._induction.proof(name).lemmas)
        }
        return Hint(needed, tuple(sorted(never)))


def certified(systems: Systems, prop: str, answer: Answer) -> Certificate | None:
    """The checked certificate of an answer that says proved; None where it does not stand up to it.

    It holds for any number of instances if it can, else for the case's own sizes.
    """
    if answer.finding is not Finding.PROVED:
        return None
    own = {f"spacer_{n}" for n, _ in enumerate(answer.found, 1)}
    stated = [each for each in answer.lemmas if each[1] not in own]
    for any_number in (False,) if answer.k > 1 or answer.found else (True, False):
        try:
            certificate = make(systems, prop, stated, any_number, answer.k, answer.found)
            check(certificate, systems.solved)
        except EvidenceError:
            continue
        return certificate
    return None
