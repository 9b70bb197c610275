"""Proofs by the engines that share a preparation, and the checked certificate of any proof."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from vtsc.base.errors import COSTLY, EvidenceError, UsageError
from vtsc.content.case import Case
from vtsc.engines import Answers, Effort, asked, first_accepted
from vtsc.engines.proof.induction import Induction
from vtsc.engines.task import Answer, Finding, Key, Task, keys
from vtsc.evidence.certificate import Certificate, check, make
from vtsc.evidence.hints import Hint, Like, load_hint, save_hint
from vtsc.evidence.proofs import load_proofs
from vtsc.evidence.systems import Systems, key
from vtsc.language.claims import Sometimes
from vtsc.language.lemmas import Lemma
from vtsc.solver.solve import BUDGET

TRIAL = 40_000_000
"""Z3 resource units that each question of a proof may cost if the proof is recorded for other settings."""


@dataclass(frozen=True)
class Proofs:
    """The proofs about a case: certificates by property, and the "sometimes" that are never reached."""

    certificates: Mapping[str, Certificate] = field(default_factory=dict)
    never: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    """For each "sometimes" that is never reached, the lemmas that show it."""
    settled: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    """For each property that is not proved, the lemmas that hold of every reachable state."""


def prove(
    systems: Systems,
    properties: Sequence[str],
    sometimes: Sequence[Sometimes],
    effort: Effort,
    like: Like | None = None,
) -> Proofs:
    """Try to prove each property, and "sometimes" NEVER.

    Recorded proofs are tried first: that of the cell, else the one of the same design, host and property
    whose settings are closest, or what proved a cell that is ``like`` this one. Where none of them serves,
    lemmas are looked for.
    """
    known = _recorded(systems, properties, sometimes, like)
    left = [prop for prop in properties if prop not in known.certificates]
    unreached = [s for s in sometimes if s.name not in known.never]
    if not left and not unreached:
        return known
    new = _sought(systems, properties, left, unreached, effort)
    return Proofs(
        {**known.certificates, **new.certificates}, {**known.never, **new.never}, new.settled
    )


def _recorded(
    systems: Systems,
    properties: Sequence[str],
    sometimes: Sequence[Sometimes],
    like: Like | None,
) -> Proofs:
    """The proofs that the records of a case, or of one with other settings, still give."""
    case = systems.case
    known = load_proofs(case.content, case.design)
    certificates = {}
    for prop in properties:
        proof = known.closest_proof(case.cell(prop))
        own = proof is not None and proof.cell == case.cell(prop)
        certificate = None
        if proof is not None and own:
            answer = Answer(Finding.PROVED, lemmas=proof.lemmas, k=proof.k, found=proof.found)
            certificate = certified(systems, prop, answer)
        elif like is not None:
            certificate = _alike(systems, prop, like)
        if certificate is None and not own and proof and not (proof.k > 1 or proof.found):
            certificate = _elsewhere(systems, prop, proof.lemmas)
        if certificate is not None:
            certificates[prop] = certificate
    unreached = known.closest_unreached(case)
    asked = [s for s in sometimes if unreached is not None and s.name in unreached.names]
    if unreached is None or not asked:
        return Proofs(certificates)
    lemmas = _of_keys(_candidates(case, properties, ()), unreached.lemmas)
    induction = Induction(systems.own(asked, lemmas))
    never = {s.name: unreached.lemmas for s in asked if induction.proves(s.name)}
    return Proofs(certificates, never)


def _elsewhere(systems: Systems, prop: str, lemmas: Sequence[Key]) -> Certificate | None:
    """The proof by lemmas that are recorded for other settings.

    One for these sizes only would spare the search for a better one, so it counts only if other lemmas could
    not give one for any number, either.
    """
    answer = Answer(Finding.PROVED, lemmas=tuple(lemmas))
    if certified(systems, prop, answer, TRIAL, numbers=(False,)) is None:
        return None  # so it is not worth while to look at more instances
    found = certified(systems, prop, answer, TRIAL)
    return found if found is not None and (found.any_number or COSTLY in found.only) else None


def _alike(systems: Systems, prop: str, like: Like) -> Certificate | None:
    """The proof by those lemmas of a cell that is like this one that this one has, too."""
    if like.costly:
        systems.expect_uneven(prop, like.costly)
    there = _of_keys(systems.case.lemmas(prop), like.lemmas)
    answer = Answer(Finding.PROVED, lemmas=keys(there))
    return certified(systems, prop, answer, TRIAL)


def _candidates(case: Case, properties: Sequence[str], owners: Sequence[str]) -> list[Lemma]:
    """The lemmas of the machine, and those of its properties that ``owners`` names, each once."""
    found = dict.fromkeys(x for prop in properties for x in case.lemmas(prop))
    return [x for x in found if not x.owner or x.owner in owners]


def _sought(
    systems: Systems,
    properties: Sequence[str],
    left: Sequence[str],
    sometimes: Sequence[Sometimes],
    effort: Effort,
) -> Proofs:
    """The proofs that are found for the properties ``left``, by the cache's hint or else by all lemmas."""
    hint = load_hint(systems.case, left)
    candidates = _candidates(systems.case, properties, left)
    # A hint that lacks one of the proofs cannot save the attempt.
    if hint is not None and all(prop in hint.proofs for prop in left):
        attempt = _Attempt(systems, left, sometimes, _of_keys(candidates, hint.lemmas()), hint)
        proofs = attempt.proofs(effort)
        if hint.proofs.keys() == proofs.certificates.keys():
            return proofs
    smaller = _smaller(systems.case, properties)
    found = None if smaller is None else _first_of(smaller, properties, left, sometimes)
    if found is not None:
        first, kept = found
        candidates = _of_keys(candidates, kept)
        attempt = _Attempt(systems, left, sometimes, candidates, first)
        proofs = attempt.proofs(effort)
    if found is None or found[0].proofs.keys() - proofs.certificates.keys():
        attempt = _Attempt(systems, left, sometimes, candidates, None)
        proofs = attempt.proofs(effort)
    save_hint(systems.case, left, attempt.hint(proofs))
    return proofs


def _of_keys(lemmas: Sequence[Lemma], keys: Collection[Key]) -> list[Lemma]:
    return [x for x in lemmas if key(x) in keys]


def _smaller(case: Case, properties: Sequence[str]) -> Case | None:
    """The case cut to the most instances that the properties have by default; None if it has no more."""
    usual = [case.content.resolve(case.design, prop, {}) for prop in (*properties, None)]
    sizes = {name: max(u[name] for u in usual) for name in case.content.model.kinds.values()}
    fewer = {name: size for name, size in sizes.items() if size < case.settings[name]}
    if not fewer:
        return None
    texts = case.settings.replaced(fewer).texts()
    try:
        settings = case.content.model.check(case.design, {k: str(v) for k, v in texts.items()})
    except UsageError:  # the other settings need more instances
        return None
    return Case(case.content, case.design, case.host, settings)


def _first_of(
    smaller: Case,
    properties: Sequence[str],
    left: Sequence[str],
    sometimes: Sequence[Sometimes],
) -> tuple[Hint, set[Key]] | None:
    """The proofs that lemmas give of a smaller case, and the lemmas that a larger one is to try.

    None where the smaller case cannot be explored.
    """
    names = {s.name for s in sometimes}
    try:
        asked = [s for s in smaller.sometimes if s.name in names]
        candidates = _candidates(smaller, properties, left)
        return _Attempt(Systems(smaller), left, asked, candidates, None).found()
    except (Exception, SystemExit):  # a model may do anything, and this one was not asked for
        return None


class _Attempt:
    """One attempt with certain lemmas; a hint may say which of them prove what."""

    def __init__(
        self,
        systems: Systems,
        properties: Sequence[str],
        sometimes: Sequence[Sometimes],
        lemmas: Sequence[Lemma],
        hint: Hint | None,
    ) -> None:
        self._systems = systems
        self._properties = properties
        self._sometimes = sometimes
        self._hint = hint
        self._lemmas = lemmas

    @cached_property
    def _induction(self) -> Induction:
        monitors = [self._systems.case.property(prop) for prop in self._properties]
        return Induction(self._systems.own([*monitors, *self._sometimes], self._lemmas))

    def found(self) -> tuple[Hint, set[Key]]:
        """A hint with the proofs by induction alone, unchecked, and the lemmas that may serve elsewhere.

        These are the lemmas that hold, and those of which this case has no instance.
        """
        induction, sizes = self._induction, self._systems.case.sizes
        proved = [prop for prop in self._properties if induction.proves(prop)]
        kept = {key(x) for x in self._lemmas if next(x.instances(sizes), None) is None}
        for owner in ("", *self._properties):
            kept |= {*keys(induction.settled(owner))}
        return Hint({prop: keys(induction.proof(prop).lemmas) for prop in proved}), kept

    def proofs(self, effort: Effort) -> Proofs:
        """The proofs that the engines with a shared preparation find."""
        never = {s.name: self._lemmas_for(s.name) for s in self._sometimes if self._is_never(s)}
        certificates: dict[str, Certificate] = {}
        settled: dict[str, tuple[Key, ...]] = {}
        for prop in self._properties:
            certificate, answers = self._asked(prop, effort)
            if certificate is not None:
                certificates[prop] = certificate
            else:
                settled[prop] = next((a.lemmas for a in answers.values() if not a.decided), ())
        return Proofs(certificates, never, settled)

    def _is_never(self, sometimes: Sometimes) -> bool:
        return self._induction.proves(sometimes.name)

    def _lemmas_for(self, name: str) -> tuple[Key, ...]:
        """The lemmas that prove a "sometimes" NEVER: those of the hint, else only those needed."""
        if self._hint is not None and self._hint.never:
            return self._hint.never
        return keys(self._induction.proof(name).lemmas)

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
        """The lemmas with which another attempt finds the same proofs at once."""
        needed = {
            prop: tuple((x.owner, x.name) for x in certificate.stated)
            for prop, certificate in proofs.certificates.items()
        }
        return Hint(needed, tuple(sorted({k for found in proofs.never.values() for k in found})))


def certified(
    systems: Systems,
    prop: str,
    answer: Answer,
    budget: int = BUDGET,
    *,
    numbers: Sequence[bool] = (True, False),
) -> Certificate | None:
    """The checked certificate of an answer that says proved; None where the check fails.

    It is for any number of instances if that can be shown, else for the case's own sizes; ``numbers`` are
    which of the two is tried, in order. ``budget``: Z3 resource units that each of its questions may cost.
    """
    if answer.finding is not Finding.PROVED:
        return None
    own = {f"spacer_{n}" for n, _ in enumerate(answer.found, 1)}
    stated = [each for each in answer.lemmas if each[1] not in own]
    only = ""
    for any_number in (False,) if answer.k > 1 or answer.found else numbers:
        try:
            certificate = make(systems, prop, stated, any_number, answer.k, answer.found)
            check(certificate, systems.solved, budget)
        except EvidenceError as error:
            only = str(error)
        else:
            return replace(certificate, only=only)
    return None
