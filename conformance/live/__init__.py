"""``vtsc live``: calls of the KVM of this host, each observation compared with what the rules say."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from conformance.live.device import Unusable
from conformance.live.kvm import Kvm
from conformance.live.probes import probed
from conformance.live.report import FORMATS, Seen, status
from conformance.live.running import fuzzed, outcomes
from conformance.live.scenarios import SCENARIOS, fitting
from conformance.live.tracing import PLACES, tracer
from model.today import rules_named
from vtsc.base.errors import Exit, UsageError
from vtsc.base.files import check_writable
from vtsc.content.content import known
from vtsc.report.screen import put, say

STATUSES = (
    "exit status: 0 all explained, or no usable KVM here; 10 an observation differs; 20 none differs and "
    "some scenario is inconclusive; 77 no usable KVM here, with --strict; 2 usage"
)
MOST_FUZZ = 1_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the scenarios, the random sequences, and the format."""
    parser.epilog = STATUSES
    names = ", ".join(SCENARIOS)
    told = f"default: all of {names} that fit the host"
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=told)
    parser.add_argument(
        "--fuzz", type=_count, metavar="N", help="N random sequences of calls instead"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="of the sequences; default: 1"
    )
    parser.add_argument("--rules", default="6.18", metavar="VERSION", help="such as 6.7 or 6.18-RU")
    parser.add_argument(
        "--strict", action="store_true", help="exit status 77 where there is no usable KVM"
    )
    parser.add_argument(
        "--no-tracefs", action="store_true", help="record no events, even if possible"
    )
    parser.add_argument("--device", default="/dev/kvm", metavar="FILE", help="default: /dev/kvm")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")


def run(arguments: argparse.Namespace) -> Exit:
    """Run the scenarios, and compare; the status says how they ended."""
    if arguments.output:
        check_writable(Path(arguments.output))
    names = [known("scenario", name, list(SCENARIOS)) for name in arguments.scenarios]
    if names and arguments.fuzz:
        raise UsageError("--fuzz makes calls of its own: name no scenario with it")
    rules = rules_named(arguments.rules)
    try:
        device = Kvm(arguments.device)
        host = probed(device)
    except Unusable as unusable:
        say(f"live: SKIPPED: {unusable}")
        return Exit.SKIPPED if arguments.strict else Exit.OK
    rules = host.rules(rules)
    with one_cpu(), tracer(() if arguments.no_tracefs else PLACES) as recorder:
        if arguments.fuzz:
            found = fuzzed(device, host, rules, arguments.fuzz, arguments.seed, recorder)
        else:
            found = outcomes(device, host, rules, names or fitting(host), recorder)
        seen = Seen(host, recorder is not None, tuple(found))
    device.close()
    put(FORMATS[arguments.format](seen), arguments.output)
    return status(seen)


@contextmanager
def one_cpu() -> Iterator[None]:
    """Stay on one pCPU: where there is no master clock, each migration updates the page."""
    before = os.sched_getaffinity(0)
    with suppress(OSError):
        os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, before)


def _count(text: str) -> int:
    """A number of sequences; raises `ArgumentTypeError` for a text that is none."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= MOST_FUZZ:
        raise argparse.ArgumentTypeError(
            f"{text}: accepted is a whole number from 1 to {MOST_FUZZ}"
        )
    return number
