"""A use of an instance's number, or of how many there are, as it was read off or noticed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """Where something is done that a machine of another size may notice, and what."""

    owners: tuple[str, ...]
    """The classes whose objects do it, each with its module; none where it may be anybody."""
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place} {self.what}"
