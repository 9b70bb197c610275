"""A recipe's text as data: steps, calls, values and delays as they are written, each with its line."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class Mistake(Exception):
    """What is wrong with a piece of text: what was read, and what is expected."""


@dataclass(frozen=True)
class Delay:
    """A range of nanoseconds. ``name``: what conditions call it; empty for one that has no name."""

    low: int
    high: int
    name: str = ""

    @property
    def fixed(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


@dataclass(frozen=True)
class Literal:
    """A number: cycles or nanoseconds, which are the same in a recipe, where a TSC runs at 1 GHz."""

    number: int


@dataclass(frozen=True)
class Saved:
    """The value that was saved of the same field, of the same vCPU or of vCPU ``vcpu``."""

    vcpu: int | None = None


@dataclass(frozen=True)
class Now:
    """The value of the same field at the moment of the call."""


@dataclass(frozen=True)
class Field:
    """A field of a record: ``clock.host_tsc``, or ``msrs.TSC(v0)`` of another vCPU."""

    record: str
    name: str
    vcpu: int | None = None


@dataclass(frozen=True)
class Binary:
    """Two values and what is done with them: ``+``, ``-``, ``*`` or ``//``."""

    operator: str
    left: "Value"
    right: "Value"


Value = Literal | Saved | Now | Field | Binary


@dataclass(frozen=True)
class Call:
    """One call or act of a step.

    ``name`` is that of an ioctl, or ``pause``, ``run``, ``expire``, ``wait`` or ``guest``. ``reads`` are the
    fields of a call that reads, ``sets`` those of one that writes, in their order. ``record``: what later
    values call the result. ``on``: ``vm`` or ``vcpu``, the file descriptor that is used in place of the
    right one. ``fails``: the errno that is expected. ``delay``: how long a ``wait`` takes.
    """

    name: str
    reads: tuple[str, ...] = ()
    sets: tuple[tuple[str, Value], ...] = ()
    record: str = ""
    on: str = ""
    fails: str = ""
    delay: Delay | None = None


@dataclass(frozen=True)
class Step:
    """A line of a section: who makes which calls, and how the calls of several vCPUs follow each other.

    ``manner``: ``vm`` for the VM; ``rows``, each call by all vCPUs before the next call (``v*``, a list or
    one vCPU); ``each``, all calls by one vCPU before the next vCPU (``each v``); ``threads``, one thread for
    each vCPU, in any order (``threads v``).
    """

    manner: str
    vcpus: tuple[int, ...]
    calls: tuple[Call, ...]
    text: str
    line: int


@dataclass(frozen=True)
class Expected:
    """What is expected of a property: ``holds``, ``fails``, or ``depends`` with its condition."""

    result: str
    condition: str = ""
    line: int = 0


@dataclass(frozen=True)
class Text:
    """A recipe as its file says it, one variant of it."""

    file: str
    name: str
    """The name of the file, and of the variant where the file has several."""
    title: str
    mirrors: tuple[str, ...]
    source: tuple[str, ...]
    vcpus: int
    uptime: Delay
    guest: Mapping[str, object]
    rules: tuple[str, ...]
    want: Mapping[str, object]
    sections: Mapping[str, tuple[Step, ...]]
    """The steps of ``save``, ``restore``, ``reset`` and ``resume``, as far as there are such."""
    gap: Delay
    elapsed: Mapping[str, Delay]
    """The delay before each call of a name; ``default`` is that of all others."""
    expect: Mapping[str, Mapping[str, Expected]]
    """For each set of rules the properties of which something is expected."""
    assumed: tuple[str, ...] = ()
    """The delays that the file does not give, as sentences: a report prints them."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each key."""
