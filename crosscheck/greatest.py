"""The greatest value of each measure by brute force, against the search of ``vtsc bound``, with small words.

python -m crosscheck.greatest             a number of cells
python -m crosscheck.greatest DESIGN HOST PROPERTY DEPTH [NAME=VALUE ...]
"""

import sys
from functools import partial
from typing import TYPE_CHECKING

from vtsc.base.width import scale_down

if TYPE_CHECKING:
    from vtsc.content.content import Content

CELLS = (
    ("2.6.35-svm", "skewed", "bounded_lag", "5"),
    ("2.6.36-svm", "resetting", "bounded_lead", "6"),
    ("patch25", "cstate", "bounded_lag", "6"),
    ("patch25", "cstate", "bounded_lead", "6"),
    ("patch25", "stable", "monotonic", "6"),
    ("2.6.37", "slow", "bounded_lag", "5"),
    ("2.6.35-vmx", "skewed", "nonzero_delta", "6", "rdtsc_cycles=0"),
    ("pre25", "fast", "bounded_lead", "5", "exit_interval=1ns"),
)
"""Design, host, property and depth, and settings where they differ from the defaults of a small machine."""
SMALL = {"virtual_khz": "2", "lag_bound": "0ns", "lead_bound": "0ns"}
"""One cycle a nanosecond, and bounds that can be exceeded in so little time."""


def main(asked: list[str]) -> int:
    """Print both values of each cell; the exit status is 1 where two differ."""
    scale_down(4, 6)
    from vtsc.content.loader import load

    cells = [tuple(asked)] if asked else CELLS
    content, differ = load("."), False
    for design, host, prop, depth, *given in cells:
        settings = SMALL | dict(str(each).split("=", 1) for each in given)
        values = _values(content, (str(design), str(host), str(prop)), int(depth), settings)
        told = " ".join(f" {each}" for each in given)
        print(f"{design} {host} {prop}{told}: {values[0]} by brute force, {values[1]} by search")
        differ = differ or values[0] != values[1]
    return int(differ)


def _values(
    content: "Content", cell: tuple[str, str, str], depth: int, given: dict[str, str]
) -> tuple[int | None, int | None]:
    """The greatest value in runs of up to ``depth`` steps, by brute force and by search."""
    from crosscheck.explicit import census
    from vtsc.content.case import Case
    from vtsc.engines.search.climb import Climbing
    from vtsc.evidence.replay import beyond
    from vtsc.evidence.systems import Systems
    from vtsc.language.measures import within
    from vtsc.language.words import SIGN

    design, host, prop = cell
    case = Case(content, design, host, content.model.resolve(design, given, {}))
    limits = range(-SIGN - 1, SIGN)
    monitors = {limit: within(content.properties[prop], limit) for limit in limits}
    hit = census(case.machine(), list(monitors.values()), depth).depths
    greatest = max((n + 1 for n, m in monitors.items() if m.name in hit), default=None)
    system, field = Systems(case).recording(prop)
    leaves = partial(beyond, case, prop)
    return greatest, Climbing(system, prop, field, leaves).to(depth).value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
