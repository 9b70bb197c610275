"""What is different after a change of the design: verdicts, their evidence, and bounds of measures."""

from dataclasses import dataclass

from vtsc.base.errors import Exit
from vtsc.content.case import Case
from vtsc.deciding.bound import Bound
from vtsc.deciding.bound import Kind as OfBound
from vtsc.deciding.verdict import Result, Status

RANKS = {
    Status.ERROR: 0,
    Status.VIOLATED: 0,
    Status.VACUOUS: 1,
    Status.UNKNOWN: 1,
    Status.BOUNDED: 2,
    Status.PROVED_NO_WRAP: 2,
    Status.PROVED: 3,
}
"""How good a verdict is; a change to one of lower rank is for the worse."""


@dataclass(frozen=True)
class Change:
    """The results of one property of two designs on a host."""

    old: Result
    new: Result

    @property
    def host(self) -> str:
        """The host of both."""
        return self.old.cell.host

    @property
    def claim(self) -> str:
        """The name of the property that both are about."""
        return self.old.cell.property

    @property
    def verdict(self) -> bool:
        """Whether the verdict is another one, or its depth is."""
        return self.old.text != self.new.text

    @property
    def worse(self) -> bool:
        """Whether the new verdict is worse than the old one."""
        return RANKS[self.new.status] < RANKS[self.old.status]

    @property
    def evidence(self) -> str:
        """What is different in the evidence of verdicts that are the same; empty where nothing is."""
        if self.verdict:
            return ""
        old, new = self.old.trace, self.new.trace
        if old is not None and new is not None:
            runs = [[(step.call, step.inputs) for step in trace.steps] for trace in (old, new)]
            same = runs[0] == runs[1] and old.initial_inputs == new.initial_inputs
            return "" if same else "another run"
        return _lemmas(self.old, self.new)

    @property
    def changed(self) -> bool:
        """Whether anything is different."""
        return self.verdict or bool(self.evidence)

    @property
    def status(self) -> Exit:
        """Its contribution to the exit status."""
        failed = [r.exit or Exit.INTERNAL for r in (self.old, self.new) if r.status is Status.ERROR]
        if failed:
            return failed[0]
        if not self.worse:
            return Exit.OK
        return Exit.VIOLATED if self.new.status is Status.VIOLATED else Exit.UNKNOWN


def _lemmas(old: Result, new: Result) -> str:
    """The lemmas that only one of two proofs has."""
    if old.certificate is None or new.certificate is None:
        return ""
    before, after = ({x.name for x in r.certificate.lemmas} for r in (old, new) if r.certificate)
    found = [f"without {name}" for name in sorted(before - after)]
    found += [f"with {name}" for name in sorted(after - before)]
    if old.certificate.any_number != new.certificate.any_number:
        kinds = "any number" if new.certificate.any_number else "these sizes"
        found.append(f"for {kinds}")
    return ", ".join(found)


def same_bound(old: Bound, new: Bound) -> bool:
    """Whether two answers about a measure are the same."""
    if old.kind is OfBound.UNBOUNDED and new.kind is OfBound.UNBOUNDED:
        return True
    return (old.kind, old.amount, old.reason) == (new.kind, new.amount, new.reason)


def differing_settings(old: Case, new: Case) -> dict[str, tuple[int | str, int | str]]:
    """The parameters in which two cases differ, by name."""
    mine, theirs = old.settings.texts(), new.settings.texts()
    return {
        name: (mine[name], theirs[name])
        for name in mine
        if name in theirs and mine[name] != theirs[name]
    }
