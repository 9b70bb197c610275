"""Records KVM's events of this process in a tracefs instance of its own, and has the rules explain them."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

from conformance.explain.events import Track
from conformance.explain.hypothesis import Clock
from conformance.explain.reading import KINDS, parsed
from conformance.explain.search import Asked, explain
from conformance.live.findings import Findings
from conformance.live.twin import Twin
from model.today.rules import Rules
from vtsc.base.errors import BadFileError

PLACES = (Path("/sys/kernel/tracing"), Path("/sys/kernel/debug/tracing"))
PREFIX = "vtsc-live-"
LATE_US = 100


class Tracer:
    """An instance of tracefs that records the clock events of this thread, with host TSCs as times."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self) -> None:
        """Forget what was recorded."""
        self._put("trace", "")

    def text(self) -> str:
        """What was recorded."""
        return (self._folder / "trace").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Choose the clock, the thread and the events."""
        self._put("trace_clock", "x86-tsc")
        self._put("set_event_pid", str(threading.get_native_id()))
        for event in KINDS:
            self._put(f"events/kvm/{event}/enable", "1")

    def _put(self, name: str, value: str) -> None:
        (self._folder / name).write_text(value, encoding="ascii")


@contextmanager
def tracer(places: tuple[Path, ...] = PLACES) -> Iterator[Tracer | None]:
    """A tracer for the time of a context; None where tracefs is not there, or may not be used."""
    instances = next((p / "instances" for p in places if (p / "instances").is_dir()), None)
    if instances is None:
        yield None
        return
    folder = instances / f"{PREFIX}{os.getpid()}"
    try:
        _remove_left(instances)
        folder.mkdir()
        made = Tracer(folder)
        made.start()
    except OSError:
        made = None
    try:
        yield made
    finally:
        with suppress(OSError):
            folder.rmdir()


def _remove_left(instances: Path) -> None:
    """Remove the instances of earlier processes that were killed."""
    for left in instances.glob(f"{PREFIX}*"):
        if not Path("/proc", left.name.removeprefix(PREFIX)).exists():
            with suppress(OSError):
                left.rmdir()


def compared(recorder: Tracer, twin: Twin, rules: Rules, found: Findings) -> None:
    """Compare the recorded match counts with the twin's, and have the whole trace explained."""
    try:
        recording = parsed(recorder.text(), "trace")
    except BadFileError as error:
        found.true("the trace", False, str(error))
        return
    tracks = [e for e in recording.events if isinstance(e, Track)]
    seen = [(e.vcpu, e.matched, e.online, e.master) for e in tracks]
    found.equal("vCPU, matches, vCPUs, master clock of each write", seen, twin.tracked)
    late = LATE_US * twin.khz // 1000
    asked = Asked((rules,), Clock(Fraction(1), late), twin.khz, start="creation")
    told = explain(recording.events, asked)
    guard = told.refusals[0].guard if told.refusals else ""
    line = told.blocked.first.line if told.blocked else 0
    found.true("the trace", told.blocked is None, f"line {line} of {told.total} events: {guard}")
