"""What a comparison has found: each observation beside what the rules say, and whether they agree."""

from dataclasses import dataclass, field

EXPLAINED, DIFFERS, INCONCLUSIVE = "explained", "differs", "inconclusive"
SKIPPED = "skipped"
"""What cannot be run on a host."""


@dataclass(frozen=True)
class Finding:
    """An observation: its name, whether the rules explain it, and the words that say what differs."""

    name: str
    explained: bool
    words: str = ""


@dataclass
class Findings:
    """The observations of a scenario, in their order."""

    all: list[Finding] = field(default_factory=list)

    def true(self, name: str, explained: bool, words: str) -> None:
        """Note an observation; ``words`` say what is wrong where it is not explained."""
        self.all.append(Finding(name, explained, "" if explained else words))

    def equal(self, name: str, found: object, computed: object) -> None:
        """Note an observation that must be exactly what the rules compute."""
        self.true(name, found == computed, f"{found}, and by the rules {computed}")

    @property
    def differing(self) -> list[Finding]:
        """Those that the rules do not explain."""
        return [finding for finding in self.all if not finding.explained]
