"""The options of a gate about what it may spend, and what it takes from earlier runs."""

import argparse

from vtsc.base.errors import UsageError
from vtsc.content.budget import MOST, Budget, is_limit

OPTIONS = {
    "per_cell": ("--budget-per-cell", "N", "the solver's units that each cell may cost"),
    "in_all": ("--budget", "N", "the solver's units that all cells together may cost"),
    "seconds_per_cell": ("--seconds-per-cell", "S", "a backstop, by the clock"),
}
"""For each limit its option, the name of its value, and a few words."""


def add_budget(parser: argparse.ArgumentParser) -> None:
    """Add the options for limits, and for what is remembered."""
    for name, (option, value, said) in OPTIONS.items():
        parser.add_argument(option, dest=name, metavar=value, help=said)
    trust = parser.add_mutually_exclusive_group()
    trust.add_argument(
        "--recheck", action="store_true", help="check the proofs that are remembered again"
    )
    trust.add_argument("--again", action="store_true", help="decide anew what is remembered, too")


def budget_of(arguments: argparse.Namespace, manifest: Budget) -> Budget:
    """The limits of the manifest, or of the command line where it has one."""
    given = {
        name: _limit(option, getattr(arguments, name)) for name, (option, *_) in OPTIONS.items()
    }
    return manifest.overridden(given)


def _limit(option: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not is_limit(number):
        raise UsageError(f"{option} {text}: accepted is a whole number from 1 to {MOST}")
    return number
