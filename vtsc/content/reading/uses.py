"""A use of an instance's number, or of how many there are, as it was found in the source or in a run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """A place in the source whose effect may differ on a machine of another size, and a description."""

    owners: tuple[str, ...]
    """The classes whose objects do it, each with its module; none where it may be any object."""
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place} {self.what}"
