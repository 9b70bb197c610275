"""Two designs to be told apart: how tests compare them, and designs in files of their own."""

from pathlib import Path

from tests.support.paths import ROOT
from vtsc.content.case import Case
from vtsc.content.loader import load
from vtsc.deciding.pairs import Difference, difference

ASKS = '''\
"""25/35 that asks for an update at each exit, once the TSC is unstable."""

from model.designs.base import CLOCK_UPDATE
from model.designs.patch25 import Patch25
from model.host.host import Host
from model.vm import Vcpu


class Asks(Patch25):
    """It asks at exits."""

    name = "asks"
    title = "25/35 that asks for an update at exits"

    def vcpu_exit(self, host: Host, vcpu: Vcpu) -> None:
        """Ask for an update."""
        if host.tsc_unstable:
            vcpu.request(CLOCK_UPDATE)
'''
"""A design that has requests to serve where 25/35 has none."""


def opened(design: str | Path, host: str, **given: str) -> Case:
    """The case of a design that is named, or that is in a file of its own."""
    file = str(design) if isinstance(design, Path) else None
    content = load(str(ROOT), file)
    name = content.own.name if content.own is not None else str(design)
    return Case(content, name, host, content.resolve(name, None, given))


def compare(
    old: str | Path, new: str | Path, host: str, depth: int = 12, **given: str
) -> Difference:
    """What is known of two designs."""
    return difference(opened(old, host, **given), opened(new, host, **given), depth)


def seen(found: Difference) -> list[tuple[str, str, str]]:
    """The run that tells two designs apart: each call with what the two let somebody observe."""

    def told(lane) -> str:
        if lane.waits:
            return "waits"
        return "" if lane.observed is None else lane.observed.told(None)

    return [(str(s.call), told(s.lanes[0]), told(s.lanes[1])) for s in found.run.steps]
