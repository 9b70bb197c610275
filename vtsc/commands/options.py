"""Options that mean the same in every command, and the checks that they share."""

import argparse
from collections.abc import Sequence
from typing import Any

from vtsc import MAX_DEPTH
from vtsc.base.errors import UsageError

MAX_JOBS = 1024
REPEATED: dict[str, Any] = {"action": "append", "default": []}
ERRORS = "2 usage, 3 bad file, 70 internal, 71 evidence rejected, 130 interrupted"
STATUSES = (
    "exit status: 0 as wanted, 10 violated, 11 vacuous, 12 expected violation not found, "
    f"20 unknown or only bounded, {ERRORS}"
)


def add_cells(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose cells: designs, properties, hosts and parameters."""
    parser.add_argument(
        "designs",
        nargs="*",
        default=(),
        metavar="DESIGN",
        help="default: all, or the one of --design",
    )
    add_choice(parser)


def add_choice(parser: argparse._ActionsContainer) -> None:
    """Add the options that choose the cells of given designs: properties, hosts and parameters."""
    parser.add_argument(
        "-p",
        "--property",
        **REPEATED,
        metavar="PROPERTY",
        help="default: all that fit the parameters",
    )
    parser.add_argument("--host", **REPEATED, metavar="NAME", help="default: all")
    parser.add_argument(
        "--set", **REPEATED, metavar="NAME=VALUE", help="a parameter; vtsc list names them"
    )


def add_design(parser: argparse.ArgumentParser) -> None:
    """Add the option for a design that no registry names."""
    parser.add_argument(
        "--design", metavar="FILE", help="a Python file with a design of its own, in no registry"
    )


def add_output(parser: argparse.ArgumentParser, saved: str) -> None:
    """Add the options for the format and the files of results; ``saved`` says what ``--save`` keeps."""
    from vtsc.report import FORMATS

    add_formats(parser, [*FORMATS])
    parser.add_argument("--save", metavar="DIR", help=saved)


def add_formats(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """Add the options for the formats of a report and its files; `vtsc.report.outputs` reads them."""
    said = f"{' | '.join(names)}; with =FILE into a file; may be repeated"
    parser.add_argument("--format", action="append", metavar="NAME[=FILE]", help=said)
    said = "for the format without a file; default: standard output"
    parser.add_argument("-o", "--output", metavar="FILE", help=said)


def add_engines(parser: argparse.ArgumentParser) -> None:
    """Add the option for engines that are asked besides the usual ones."""
    said = "ask this engine as well; vtsc list --plug-ins names those of plug-ins"
    parser.add_argument("--engine", **REPEATED, metavar="NAME", help=said)


def add_depth(parser: argparse.ArgumentParser, default: int) -> None:
    """Add the option for the depth of a search."""
    said = f"steps; default {default}"
    parser.add_argument("--depth", type=_depth, default=default, metavar="K", help=said)


def _depth(text: str) -> int:
    """A depth; raises `UsageError` for a text that is none."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= MAX_DEPTH:
        raise UsageError(f"--depth {text}: accepted is a whole number from 1 to {MAX_DEPTH}")
    return number


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add the option for the number of processes."""
    said = "processes; 0, the default: one for each core"
    parser.add_argument("-j", "--jobs", type=_jobs, default=0, metavar="N", help=said)


def add_executor(parser: argparse.ArgumentParser) -> None:
    """Add the option for where the work is done."""
    said = "dask://HOST:PORT: decide on that Dask cluster; default: local, this machine"
    parser.add_argument("--executor", default="local", metavar="WHERE", help=said)


def _jobs(text: str) -> int:
    """A number of processes; raises `ArgumentTypeError` for a text that is none."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= MAX_JOBS:
        accepted = f"a whole number from 0 (one for each core) to {MAX_JOBS}"
        raise argparse.ArgumentTypeError(f"{text}: accepted is {accepted}")
    return number
