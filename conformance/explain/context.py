"""What a trace is explained with: the host's rate and its clock, as given or as it shows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from conformance.explain.events import Event, Offset, Page
from conformance.explain.hypothesis import Clock
from conformance.explain.operations import operations
from conformance.explain.reading import Recording
from conformance.explain.search import Asked, both
from conformance.explain.start import begins_with_creation
from conformance.explain.writes import Allowed
from conformance.rates import ACCEPTED, LEAST_KHZ, MAX_KHZ, khz_of
from conformance.scaling import PLACES
from model.today.rules import Rules
from vtsc.base.errors import UsageError
from vtsc.language import u64

FAR = 100
"""So many times the greatest lateness of an event is no lateness any more."""
LATE_US = 80
"""How much later than its sample an event may be, in microseconds, where nothing is said."""


@dataclass(frozen=True)
class Given:
    """What the command line says of host, VMM and trace; ``khz``: None where the pages tell it."""

    rules: Rules = field(default_factory=Rules)
    khz: int | None = None
    start: str = "auto"
    offsets: str = "auto"
    never: frozenset[str] = frozenset()
    page_change: bool = False
    clock: str = "auto"
    slew_ppm: Fraction = Fraction(500)
    late_us: Fraction = Fraction(LATE_US)


def asked_of(events: Sequence[Event], recording: Recording, given: Given) -> Asked:
    """How the events of one VM are to be explained; raises `UsageError` if the rate is unknown."""
    khz = _khz(events, given.khz)
    known = replace(given.rules, scaling=given.rules.scaling or _scaled(events, khz))
    rules = both(known)
    if given.offsets != "auto":
        rules = (replace(known, offset_honoured=given.offsets == "honoured"),)
    if known.scaling:
        rules = tuple(each.but(ratio_bits=bits) for each in rules for bits in PLACES)
    allowed = Allowed(given.never, given.page_change)
    contradicted = given.clock == "auto" and recording.whole and _contradicts(events, given, khz)
    clock = _clock(recording, replace(given, clock="none") if contradicted else given, khz)
    return Asked(rules, clock, khz, allowed, given.start, contradicted)


def _khz(events: Sequence[Event], given: int | None) -> int:
    """The host's rate: as given, or that of most pages."""
    if given is not None:
        if not LEAST_KHZ <= given <= MAX_KHZ:
            raise UsageError(f"--khz {given}: accepted is {ACCEPTED}")
        return given
    shown = rates_of_pages(events)
    if not shown:
        raise UsageError("no page of the trace tells the host's rate: give its tsc_khz by --khz")
    return shown[0]


def rates_of_pages(events: Sequence[Event]) -> list[int]:
    """The rates that pages show, in kHz, the most frequent first."""
    pages = (khz_of(event.mul, event.shift) for event in events if isinstance(event, Page))
    counted = Counter(khz for khz in pages if khz is not None)
    return [khz for khz, _ in counted.most_common()]


def _scaled(events: Sequence[Event], khz: int) -> bool:
    """Whether a page shows another rate than the host's, as it does only where the TSC is scaled."""
    return any(shown != khz for shown in rates_of_pages(events))


def _clock(recording: Recording, given: Given, khz: int) -> Clock:
    """The clock of the stamps: whole numbers are host TSCs, if nothing else is given."""
    late = int(given.late_us * khz / 1000)
    kind = given.clock
    if kind == "auto":
        kind = "tsc" if recording.whole else "seconds"
    if kind == "seconds" and recording.whole:
        raise UsageError("--clock seconds: the times of the trace are whole numbers")
    if kind == "tsc":
        return Clock(Fraction(1), late)
    if kind == "none":
        return Clock(None, late)
    grain = khz // 1000 + 1
    return Clock(Fraction(khz * 1000), late, grain, given.slew_ppm / 10**6)


def _contradicts(events: Sequence[Event], given: Given, khz: int) -> bool:
    """Whether the creation of the first vCPU, which writes 0, was at another host TSC than its stamp says.

    Its rate may be the host's, or one that pages show; its TSC stays 0 where they show none.
    """
    ops = operations(events)
    if not begins_with_creation(ops):
        return False
    first = next(op.first for op in ops if isinstance(op.first, Offset))
    pages = [event for event in events if isinstance(event, Page)]
    rates = {khz, *(khz_of(page.mul, page.shift) or (khz if page.mul else 0) for page in pages)}
    far = FAR * max(given.late_us, Fraction(LATE_US)) * khz / 1000
    return all(abs(first.stamp * rate / khz - u64(-first.next)) > far for rate in rates)
