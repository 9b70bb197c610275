"""A recipe's text as data: steps and delays as they are written, each with its line."""

from collections.abc import Mapping
from dataclasses import dataclass

from questions.recipes.script import Call


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
class Timed:
    """A call, and for ``wait`` how long it takes."""

    call: Call
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
    calls: tuple[Timed, ...]
    text: str
    line: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its calls."""
        return tuple(timed.call.name for timed in self.calls)


@dataclass(frozen=True)
class Expected:
    """What is expected of a property: ``holds``, ``fails``, or ``depends``, perhaps with its condition."""

    result: str
    condition: str = ""
    line: int = 0


USUAL = ("6.18",)
"""The rule sets that a recipe is asked about where its file names none."""


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
    guest: Mapping[str, bool | int]
    """What else is said of the guest: ``kvmclock``, ``reference`` and ``wall_step``."""
    parked: frozenset[int]
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
