"""The questions that are measured, each with its bar, and the series in which they grow."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

Settings = tuple[tuple[str, str], ...]
"""Parameters that differ from their defaults, with their values."""

SIZES = ("vcpus", "pcpus")
"""The parameters that make a machine larger."""


@dataclass(frozen=True)
class Figure:
    """One cell that is asked: a search to a depth, or without one a proof."""

    name: str
    design: str
    host: str
    prop: str
    """The property."""
    depth: int | None = None
    """The depth of a search; None: a proof is asked for."""
    settings: Settings = ()
    bar: float | None = None
    """The CPU seconds that it may take."""
    alone: bool = False
    """Whether the search is called by itself, without lemmas, since the command would use them."""

    @property
    def arguments(self) -> list[str]:
        """The arguments of ``vtsc`` that ask the question."""
        depth = [] if self.depth is None else ["--bounded", "--depth", str(self.depth)]
        cell = [self.design, "--host", self.host, "-p", self.prop]
        return ["verify", *cell, *depth, *(x for pair in self.given for x in ("--set", pair))]

    @property
    def given(self) -> list[str]:
        """The settings as the command line has them."""
        return [f"{name}={value}" for name, value in self.settings]

    @property
    def command(self) -> str:
        """The question as a reader would ask it."""
        asked = " ".join(["vtsc", *self.arguments])
        return f"the search of `{asked}`, without lemmas" if self.alone else f"`{asked}`"

    @property
    def default_size(self) -> bool:
        """Whether the machine has as many instances as it has by default."""
        return not any(name in SIZES for name, _ in self.settings)

    @property
    def question(self) -> "Figure":
        """The figure without its name and its bar: equal for figures that ask the same."""
        return replace(self, name="", bar=None)


def sized(vcpus: int, pcpus: int) -> Settings:
    """The settings for a machine of that size; there are none for the default size of `monotonic`."""
    given = (("vcpus", str(vcpus)), ("pcpus", str(pcpus)))
    return () if (vcpus, pcpus) == (1, 2) else given


SEARCH = Figure("counterexample", "patch25", "cstate", "monotonic", 12, bar=0.6)
DEEP = Figure("depth-40", "patch25", "skewed", "monotonic", 40, bar=6)
PROOF = Figure("proof", "2.6.37", "cstate", "monotonic", bar=0.6)
PROOF_SMP = replace(PROOF, name="proof-smp", prop="monotonic_smp", bar=1.2)
ODD_RATE = (("virtual_khz", "2195000"), ("clock_resolution", "1ms"))

FIGURES = (
    SEARCH,
    replace(SEARCH, name="2.4-ghz", settings=(("virtual_khz", "2400000"),), bar=2.5),
    replace(SEARCH, name="2.195-ghz-1ms", settings=ODD_RATE, bar=3),
    PROOF,
    PROOF_SMP,
    replace(SEARCH, name="4-vcpus", settings=sized(4, 2), bar=4),
    replace(SEARCH, name="4-pcpus", settings=sized(1, 4), bar=2),
    replace(DEEP, name="depth-20-alone", depth=20, alone=True, bar=6),
    DEEP,
    replace(PROOF, name="proof-4x4", settings=sized(4, 4), bar=6),
    replace(PROOF_SMP, name="proof-smp-4x4", settings=sized(4, 4), bar=12),
)
"""The single cells that have a bar."""

PEAK_BAR = 120.0
"""The MB of memory that a cell of the default size may take at its peak."""


@dataclass(frozen=True)
class Growth:
    """A series of figures that differ in one number."""

    name: str
    """The number that grows."""
    kind: str
    """What is asked: a search or a proof."""
    points: tuple[tuple[int, Figure], ...]

    @property
    def title(self) -> str:
        """What the series is called in tables and plots."""
        first = self.points[0][1]
        return f"{self.kind}: {first.design} on {first.host}, {first.prop}"


def _point(kind: str, name: str, n: int) -> tuple[int, Figure]:
    """A point of a series; where a figure with a bar asks the same, it is that figure."""
    base = {"depth": DEEP, "search": SEARCH, "proof": PROOF}["depth" if name == "depth" else kind]
    change = {"vcpus": sized(n, 2), "pcpus": sized(1, n), "depth": ()}[name]
    depth = n if name == "depth" else base.depth
    made = replace(base, name=f"{kind}-{name}-{n}", depth=depth, settings=change, bar=None)
    return n, next((f for f in FIGURES if f.question == made.question), made)


GROWTH = tuple(
    Growth(name, kind, tuple(_point(kind, name, n) for n in numbers))
    for name, kind, numbers in (
        ("depth", "search", (5, 10, 20, 30, 40)),
        ("vcpus", "search", (1, 2, 3, 4)),
        ("vcpus", "proof", (1, 2, 3, 4)),
        ("pcpus", "search", (1, 2, 3, 4)),
        ("pcpus", "proof", (1, 2, 3, 4)),
    )
)
"""The series: a search that finds nothing by depth, and a counterexample and a proof by size."""


def everything() -> Iterator[Figure]:
    """Every figure once, those with a bar first."""
    points = (figure for growth in GROWTH for _, figure in growth.points)
    yield from dict.fromkeys((*FIGURES, *points))


def named(name: str) -> Figure:
    """The figure of that name."""
    return next(figure for figure in everything() if figure.name == name)
