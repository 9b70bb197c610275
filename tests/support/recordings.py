"""The recorded traces, and how the tests explain a text."""

from fractions import Fraction
from functools import cache

from conformance.explain.hypothesis import Clock
from conformance.explain.reading import Recording, parsed
from conformance.explain.search import Asked, Explained, both, explain
from model.today import PRESETS, Rules
from tests.support.paths import ROOT

FOLDER = ROOT / "tests/conformance/recorded"
KHZ = 2_596_146
TSC = Clock(Fraction(1), 200_000)
SECONDS = Clock(Fraction(KHZ * 1000), 200_000, KHZ // 1000 + 1)
NAMES = sorted(p.name for p in FOLDER.glob("*.txt"))
BY_TSC = [name for name in NAMES if name.endswith(".x86-tsc.txt")]


@cache
def text_of(name: str) -> str:
    """The text of a recorded trace."""
    return (FOLDER / name).read_text(encoding="utf-8")


def recorded(name: str) -> Recording:
    """A recorded trace."""
    return parsed(text_of(name), name)


def explained(
    recording: Recording, start: str = "creation", rules: Rules = PRESETS["6.18"]
) -> Explained:
    """What the rules say of a trace of one VM."""
    clock = TSC if recording.whole else SECONDS
    return explain(recording.events, Asked(both(rules), clock, KHZ, start=start))
