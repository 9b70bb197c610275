"""``vtsc explain``: how far the rules explain a trace of KVM's clock events, and what blocks the rest."""

import argparse
from fractions import Fraction
from pathlib import Path

from conformance.explain.context import LATE_US, Given
from conformance.explain.events import Event
from conformance.explain.hosts import answer
from conformance.explain.machines import machines
from conformance.explain.reading import Recording, read_trace
from conformance.explain.report import FORMATS, Told
from conformance.explain.writes import CAN
from model.today import rules_named
from vtsc.base.errors import Exit, UsageError, worst
from vtsc.base.files import check_writable
from vtsc.report.screen import put, warn

STATUSES = (
    "exit status: 0 explained, 10 blocked, 20 needs --khz, 2 usage, 3 the trace cannot be read"
)
SLEW_PPM = 500


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the trace, what is known of the host and of the VMM, and the format."""
    parser.epilog = STATUSES
    parser.add_argument("trace", metavar="TRACE", help="text of tracefs or of trace-cmd report")
    parser.add_argument("--rules", default="6.18", metavar="VERSION", help="such as 6.7 or 6.18-RU")
    parser.add_argument(
        "--khz", type=int, metavar="N", help="the host's tsc_khz; default: by the pages"
    )
    parser.add_argument(
        "--start",
        choices=("auto", "creation", "midlife"),
        default="auto",
        help="whether the recording begins before the VM's creation, or in its life",
    )
    parser.add_argument(
        "--offsets",
        choices=("auto", "honoured", "discarded"),
        default="auto",
        help="whether the host keeps a TSC offset that is written",
    )
    parser.add_argument(
        "--page-change",
        action="store_true",
        help="the host's kernel changes vCPU 0's page when user space writes a kvmclock MSR",
    )
    parser.add_argument(
        "--never", action="append", default=[], choices=CAN, help="what the VMM does not do"
    )
    parser.add_argument(
        "--clock",
        choices=("auto", "tsc", "seconds", "none"),
        default="auto",
        help="what the times are: host TSCs (trace_clock x86-tsc), seconds, or of no use",
    )
    parser.add_argument(
        "--slew",
        type=_number,
        default=Fraction(SLEW_PPM),
        metavar="PPM",
        help=f"how far a clock of seconds may run off; 0 for mono_raw; default: {SLEW_PPM}",
    )
    parser.add_argument(
        "--late",
        type=_number,
        default=Fraction(LATE_US),
        metavar="US",
        help=f"how much later than its sample an event may be; default: {LATE_US}",
    )
    parser.add_argument(
        "--threads", metavar="PID,...", help="the threads of one VM; others are left out"
    )
    parser.add_argument("--format", choices=tuple(FORMATS), default="text")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")


def run(arguments: argparse.Namespace) -> Exit:
    """Explain every VM of the trace; the worst of what is said of them."""
    if arguments.output:
        check_writable(Path(arguments.output))
    given = Given(
        rules_named(arguments.rules),
        arguments.khz,
        arguments.start,
        arguments.offsets,
        frozenset(arguments.never),
        arguments.page_change,
        arguments.clock,
        arguments.slew,
        arguments.late,
    )
    recording = read_trace(Path(arguments.trace))
    groups = _groups(recording, arguments.threads)
    told = [Told(answer(events, recording, given), given) for events in groups]
    put(FORMATS[arguments.format](arguments.trace, told), arguments.output)
    return worst([each.status for each in told])


def _groups(recording: Recording, threads: str | None) -> list[tuple[Event, ...]]:
    """The events of each VM; warns of what may be wrong with them."""
    if recording.lost is not None:
        warn(f"line {recording.lost}: events were lost there; what follows may not be explained")
    if recording.cut:
        warn("the last line has no end, so the file may have been cut there")
    if threads is not None:
        return [_chosen(recording, threads)]
    groups = machines(recording.events)
    if len(groups) > 1:
        shown = "; ".join(" ".join(map(str, sorted({e.thread for e in g}))) for g in groups)
        warn(f"{len(groups)} VMs, told apart by their threads: {shown}; --threads chooses")
    return groups


def _chosen(recording: Recording, threads: str) -> tuple[Event, ...]:
    wanted = set(threads.split(","))
    known = {str(event.thread) for event in recording.events}
    unknown = sorted(wanted - known)
    if unknown:
        have = ", ".join(sorted(known))
        raise UsageError(f"--threads {threads}: no event of thread {unknown[0]}; there are {have}")
    return tuple(event for event in recording.events if str(event.thread) in wanted)


def _number(text: str) -> Fraction:
    """A number that is not negative; raises `ArgumentTypeError` for a text that is none."""
    try:
        number = Fraction(text) if len(text) < 20 and "e" not in text.lower() else Fraction(-1)
    except (ValueError, ZeroDivisionError):
        number = Fraction(-1)
    if not 0 <= number <= 10**9:
        raise argparse.ArgumentTypeError(f"{text}: accepted is a number from 0 to 1000000000")
    return number
