"""Options that mean the same in every command, and the checks that they share."""

import argparse
from typing import Any

from vtsc.base.errors import UsageError

REPEATED: dict[str, Any] = {"action": "append", "default": []}
STATUSES = (
    "exit status: 0 as wanted, 10 violated, 11 vacuous, 12 expected violation not found, "
    "20 unknown or only bounded, 2 usage, 3 bad file, 70 internal, 71 evidence rejected, "
    "130 interrupted"
)


def add_cells(parser: argparse.ArgumentParser) -> None:
    """Which cells: designs, properties, hosts and parameters."""
    parser.add_argument("designs", nargs="*", metavar="DESIGN", help="default: all")
    parser.add_argument("-p", "--property", **REPEATED, metavar="PROPERTY", help="default: all")
    parser.add_argument("--host", **REPEATED, metavar="NAME", help="default: all")
    parser.add_argument(
        "--set", **REPEATED, metavar="NAME=VALUE", help="a parameter; vtsc list names them"
    )


def add_output(parser: argparse.ArgumentParser, saved: str) -> None:
    """Where results go, and in which format; ``saved``: what ``--save`` keeps."""
    from vtsc.report import FORMATS

    parser.add_argument("--format", choices=tuple(FORMATS), default="text")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    parser.add_argument("--save", metavar="DIR", help=saved)


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """How many processes."""
    parser.add_argument("-j", "--jobs", type=int, default=0, metavar="N", help="default: all cores")


def check_jobs(arguments: argparse.Namespace) -> None:
    """Raise `UsageError` for a number of processes that makes no sense."""
    if arguments.jobs < 0:
        raise UsageError(f"--jobs {arguments.jobs}: 0 (all cores) or more")
