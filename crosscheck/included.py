"""Values of a parameter by brute force, against what ``vtsc threshold`` proves of all, with small words.

python -m crosscheck.included             the ranges that are listed here
python -m crosscheck.included DESIGN HOST PROPERTY DEPTH PARAMETER FIRST LAST [NAME=VALUE ...]
"""

import sys
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from vtsc.base.width import scale_down

if TYPE_CHECKING:
    from vtsc.content.case import Case
    from vtsc.content.content import Content

RANGES = (
    ("2.6.37", "skewed", "bounded_lag", "4", "skew_max", "0", "4"),
    ("2.6.37", "slow", "bounded_lag", "5", "timeslice", "1ns", "5ns"),
    ("2.6.37", "slow", "bounded_lag", "5", "lag_bound", "0ns", "3ns", "timeslice=3ns"),
    ("2.6.37", "fast", "bounded_lead", "5", "lead_bound", "0ns", "6ns", "timeslice=3ns"),
)
"""Design, host, property, depth, parameter, first and last value, and other settings."""
SMALL = {"virtual_khz": "2", "lag_bound": "0ns", "lead_bound": "0ns"}
"""One cycle a nanosecond, and bounds that can be exceeded in so little time."""


def main(asked: list[str]) -> int:
    """Print the depth of the violation at each value; the exit status is 1 where the proof says otherwise."""
    scale_down(4, 6)
    from vtsc.content.loader import load

    content, wrong = load("."), False
    for one in [tuple(asked)] if asked else RANGES:
        told, right = _compared(content, one)
        print(told)
        wrong = wrong or not right
    return int(wrong)


def _compared(content: "Content", asked: tuple[str, ...]) -> tuple[str, bool]:
    """The depths at all values and what is proved of them, and whether they fit."""
    from crosscheck.explicit import census
    from vtsc.deciding.threshold import grid
    from vtsc.evidence.inclusion import Range, inclusion

    design, host, prop, depth, name, first, last, *given = asked
    parameter = content.model.parameters[name]
    step = "1ns" if parameter.kind == "duration" else "1"
    values = grid(parameter, f"{first}..{last}", step)
    settings = SMALL | dict(each.split("=", 1) for each in given)
    at = partial(_at, content, (design, host, prop), settings, name, values.text)
    depths = [
        census(case.machine(), [case.property(prop)], int(depth)).depths.get(prop, int(depth) + 1)
        for case in map(at, range(values.count))
    ]
    range_ = Range(name, parameter.kind, Fraction(values.first), values.step, values.count - 1)
    proofs = {more: inclusion(at, prop, range_, more=more) is not None for more in (True, False)}
    right = any(proofs.values())
    for more, proved in proofs.items():
        right = right and (not proved or depths == sorted(depths, reverse=more))
    said = " and ".join(
        "greater" if more else "smaller" for more, proved in proofs.items() if proved
    )
    told = f"{design} {host} {prop} {name}: depths {depths}, violations stay at {said} values"
    return told, right


def _at(
    content: "Content",
    cell: tuple[str, str, str],
    settings: dict[str, str],
    name: str,
    text: "object",
    number: int,
) -> "Case":
    """The case at the value of a number."""
    from vtsc.content.case import Case

    given = {**settings, name: str(text(number))}  # type: ignore[operator]
    resolved = content.model.resolve(cell[0], given, content.properties[cell[2]].defaults)
    return Case(content, cell[0], cell[1], resolved)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
