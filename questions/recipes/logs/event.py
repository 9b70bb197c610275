"""One recorded call, whatever recorded it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """A call: when it began and how long it took in ns, who made it on what, and what came of it.

    ``payload`` is None where the recorder did not see it. ``error``: the name of the errno, or empty.
    """

    time: int
    took: int
    thread: int
    on: str
    vm: int
    vcpu: int | None
    call: str
    payload: Mapping[str, object] | None
    error: str
    line: int

    def number(self, key: str) -> int | None:
        """A number of the payload; None where there is none of this name."""
        found = (self.payload or {}).get(key)
        return found if isinstance(found, int) else None

    @property
    def msrs(self) -> tuple[tuple[str, int], ...]:
        """The MSRs of the payload in their order, by the names that recipes have for them."""
        found = (self.payload or {}).get("msrs", ())
        return found if isinstance(found, tuple) else ()


@dataclass(frozen=True)
class Log:
    """A whole log in the order of time. ``complete``: whether payloads were recorded."""

    shown: str
    events: tuple[Event, ...]
    complete: bool
