"""Reports of what was seen on a live host: as text, with the verdict last, and as a JSON document."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from conformance.live.findings import DIFFERS, EXPLAINED, INCONCLUSIVE, SKIPPED
from conformance.live.probes import Host
from conformance.live.running import Outcome
from vtsc import __version__
from vtsc.base.errors import Exit
from vtsc.report.text.wrapping import folded, wrapped

RECIPE = "recipe"
"""The command whose outcomes are all shown."""
SHOWN = 5
"""The number of differing observations of a scenario that the text shows."""
MANY = 40
"""From so many outcomes on, the text leaves out those that are explained, but for recipes."""


@dataclass(frozen=True)
class Seen:
    """The host, whether its events were recorded, and the outcome of each scenario."""

    host: Host
    traced: bool
    outcomes: tuple[Outcome, ...]
    command: str = "live"
    """What the last line begins with."""

    def count(self, outcome: str) -> int:
        """The number of scenarios that ended so."""
        return sum(each.outcome == outcome for each in self.outcomes)


def status(seen: Seen) -> Exit:
    """The exit status: whether an observation differs, or a scenario says nothing."""
    if seen.count(DIFFERS):
        return Exit.VIOLATED
    return Exit.UNKNOWN if seen.count(INCONCLUSIVE) else Exit.OK


def _text(seen: Seen) -> str:
    traced = "recorded, and explained" if seen.traced else "not recorded: no tracefs"
    lines = [*seen.host.lines, f"KVM's events: {traced}", ""]
    for each in seen.outcomes:
        few = len(seen.outcomes) < MANY or seen.command == RECIPE
        if few or each.outcome != EXPLAINED:
            lines += _scenario(each)
    checks = sum(len(each.findings) for each in seen.outcomes)
    kinds = [EXPLAINED, DIFFERS, INCONCLUSIVE, *([SKIPPED] if seen.count(SKIPPED) else [])]
    counts = ", ".join(f"{seen.count(kind)} {kind}" for kind in kinds)
    verdict = (
        DIFFERS if seen.count(DIFFERS) else INCONCLUSIVE if seen.count(INCONCLUSIVE) else EXPLAINED
    )
    verdict = SKIPPED if seen.count(SKIPPED) == len(seen.outcomes) else verdict
    tail = "" if SKIPPED in kinds else f"; {checks} observations"
    last = f"{seen.command}: {verdict.upper()}: {counts}{tail}"
    return folded("\n".join([*lines, last]) + "\n")


def _scenario(each: Outcome) -> list[str]:
    lines = [f"{each.name:20}  {each.outcome:12}  {len(each.findings)} observations"]
    if each.note:
        lines += wrapped(each.note, "    ", "  ")
    for finding in each.differing[:SHOWN]:
        lines += wrapped(f"{finding.name}: {finding.words}", "    ", "  ")
    if len(each.differing) > SHOWN:
        lines.append(f"  and {len(each.differing) - SHOWN} more")
    return lines


def _json(seen: Seen) -> str:
    head = {"schema": "vtsc.live/1", "tool": f"vtsc {__version__}"}
    body = {
        "host": asdict(seen.host),
        "traced": seen.traced,
        "results": [_result(each) for each in seen.outcomes],
    }
    return json.dumps({**head, **body}, indent=1) + "\n"


def _result(each: Outcome) -> dict[str, Any]:
    return {
        "name": each.name,
        "does": each.does,
        "outcome": each.outcome,
        "observations": len(each.findings),
        "note": each.note,
        "differing": [{"name": f.name, "words": f.words} for f in each.differing],
    }


FORMATS: Mapping[str, Callable[[Seen], str]] = {"text": _text, "json": _json}
"""The forms of a report."""
