"""``vtsc drift``: how fast kvmclock leaves the raw clock on a host of a given rate, and how far it jumps."""

import argparse
import json
from fractions import Fraction
from typing import Any

from conformance.rates import ACCEPTED, LEAST_KHZ, MAX_KHZ, jump
from model.today import drift, page_rate, raw_rate
from vtsc import __version__
from vtsc.base.errors import Exit
from vtsc.report.screen import put

AGES = "0.5 1 305"
DAY = 86_400
STATUSES = "exit status: 0, or 2 for a rate or an age that cannot be used"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the rates, the ages of master pairs, and the format."""
    parser.epilog = STATUSES
    parser.add_argument(
        "--khz", type=_khz, nargs="+", required=True, metavar="N", help="rates of host TSCs, in kHz"
    )
    parser.add_argument(
        "--age",
        type=_age,
        nargs="+",
        default=[_age(text) for text in AGES.split()],
        metavar="SECONDS",
        help=f"ages of the master clock's pair when it is taken anew; default: {AGES}",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")


def run(arguments: argparse.Namespace) -> Exit:
    """Print the drift of each rate; always `Exit.OK`."""
    told = _json if arguments.format == "json" else _text
    put(told(arguments.khz, arguments.age), arguments.output)
    return Exit.OK


def _khz(text: str) -> int:
    """A rate in kHz; raises `ArgumentTypeError` for a text that is none."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
    if not LEAST_KHZ <= number <= MAX_KHZ:
        raise argparse.ArgumentTypeError(f"{text}: accepted is {ACCEPTED}")
    return number


def _age(text: str) -> Fraction:
    """An age in seconds; raises `ArgumentTypeError` for a text that is none."""
    try:
        age = Fraction(text) if len(text) <= 24 and "e" not in text.lower() else Fraction(-1)
    except (ValueError, ZeroDivisionError):
        age = Fraction(-1)
    if not 0 <= age <= 10**10:
        accepted = "a number of seconds from 0 to 10000000000, such as 0.5"
        raise argparse.ArgumentTypeError(f"{text}: accepted is {accepted}")
    return age


def _text(rates: list[int], ages: list[Fraction]) -> str:
    return "\n".join(line for khz in rates for line in _lines(khz, ages)) + "\n"


def _lines(khz: int, ages: list[Fraction]) -> list[str]:
    raw, page, share = raw_rate(khz), page_rate(khz), drift(khz)
    rows = [
        ("host TSC", f"{khz} kHz"),
        ("raw clock", _rate(raw)),
        ("kvmclock page", _rate(page)),
        ("drift in a day", _signed(share * DAY * 10**9, "ns", 0)),
    ]
    rows += [(f"jump after {_plain(age)} s", _signed(jump(khz, age), "ns", 3)) for age in ages]
    wide = max(len(name) for name, _ in rows)
    said = "kvmclock stays with the raw clock"
    if share > 0:
        said = "a new master pair sets kvmclock forward"
    elif share < 0:
        said = "a new master pair sets kvmclock back"
    verdict = f"drift {khz} kHz: {_signed(share * 10**9, 'ppb', 3)}: {said}"
    return [*(f"{name:{wide}}  {value}" for name, value in rows), verdict]


def _signed(value: Fraction, unit: str, digits: int) -> str:
    """A number with its sign, rounded to so many digits; 0 has no sign."""
    if not value:
        return f"0 {unit}"
    scaled = round(abs(value) * 10**digits)
    whole, rest = divmod(scaled, 10**digits)
    fraction = f".{rest:0{digits}}" if digits else ""
    return f"{'+' if value > 0 else '-'}{whole}{fraction} {unit}"


def _rate(rate: Fraction) -> str:
    """A rate as it is kept: a whole number, and the power of two that divides it."""
    shift = rate.denominator.bit_length() - 1
    return f"{rate.numerator} / 2^{shift} ns a cycle" if shift else f"{rate.numerator} ns a cycle"


def _plain(age: Fraction) -> str:
    """An age as it was written, or nearly so."""
    return str(age.numerator) if age.denominator == 1 else f"{float(age):g}"


def _json(rates: list[int], ages: list[Fraction]) -> str:
    results = [_result(khz, ages) for khz in rates]
    head = {"schema": "vtsc.drift/1", "tool": f"vtsc {__version__}"}
    return json.dumps({**head, "results": results}, indent=1) + "\n"


def _result(khz: int, ages: list[Fraction]) -> dict[str, Any]:
    return {
        "khz": khz,
        "raw": str(raw_rate(khz)),
        "page": str(page_rate(khz)),
        "drift": str(drift(khz)),
        "ppb": round(float(drift(khz) * 10**9), 6),
        "jumps": [
            {"age_s": str(a), "ns": str(jump(khz, a)), "rounded_ns": round(jump(khz, a))}
            for a in ages
        ],
    }
