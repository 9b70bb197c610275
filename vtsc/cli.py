"""The command line: parses arguments and hands over to one module of `vtsc.commands`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from vtsc import DEFAULT_DEPTH, __version__
from vtsc.base.errors import Exit, UsageError, VtscError

STATUSES = (
    "exit status: 0 as wanted, 10 violated, 11 vacuous, 12 recorded violation not found, "
    "20 unknown or only bounded, 2 usage, 3 bad file, 70 internal, 71 evidence rejected, "
    "130 interrupted"
)
REPLAYED = (
    "exit status: 10 still violates, 0 no longer does, 3 not a trace of this model; "
    "of a witness: 0 still reached, 11 no longer"
)
REPEATED: dict[str, Any] = {"action": "append", "default": []}
ROOT = "where model and properties are; default: the nearest checkout, else what comes with vtsc"
SET = "a parameter; vtsc list names them"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{message} (see {self.prog} --help)")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = _Parser(
        prog="vtsc",
        description="Model checker for the time a KVM guest sees.",
        epilog=STATUSES,
    )
    top.add_argument("--version", action="version", version=f"vtsc {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    verify = commands.add_parser("verify", help="check designs against properties", epilog=STATUSES)
    verify.add_argument("designs", nargs="*", metavar="DESIGN", help="default: all")
    verify.add_argument("-p", "--property", **REPEATED, metavar="PROPERTY", help="default: all")
    verify.add_argument("--host", **REPEATED, metavar="NAME", help="default: all")
    verify.add_argument("--set", **REPEATED, metavar="NAME=VALUE", help=SET)
    verify.add_argument(
        "--depth",
        type=int,
        default=DEFAULT_DEPTH,
        metavar="K",
        help=f"steps; default {DEFAULT_DEPTH}",
    )
    asked = verify.add_mutually_exclusive_group()
    asked.add_argument("--prove", action="store_true", help="ask for proofs, by every engine")
    asked.add_argument("--bounded", action="store_true", help="holding to the depth is enough")
    verify.add_argument(
        "--show-cti", action="store_true", help="show why lemmas do not prove what is not decided"
    )
    verify.add_argument("--expect", action="store_true", help="wanted: the recorded verdicts")
    verify.add_argument("--format", choices=("text", "json", "junit"), default="text")
    verify.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    verify.add_argument("--save", metavar="DIR", help="save counterexamples and certificates here")
    verify.add_argument("-j", "--jobs", type=int, default=0, metavar="N", help="default: all cores")

    show = commands.add_parser("show", help="pretty-print a saved counterexample")
    show.add_argument("file", metavar="FILE")
    replay = commands.add_parser(
        "replay", help="re-execute a saved counterexample, without z3", epilog=REPLAYED
    )
    replay.add_argument("file", metavar="FILE")
    replay.add_argument(
        "--inputs", action="store_true", help="compare no states: see what calls and inputs do here"
    )
    listing = commands.add_parser("list", help="designs, hosts, properties, parameters")
    simulate = commands.add_parser("simulate", help="random legal runs, without z3")
    simulate.add_argument("designs", nargs="*", metavar="DESIGN", help="default: all")
    simulate.add_argument("-p", "--property", **REPEATED, metavar="PROPERTY", help="default: all")
    simulate.add_argument("--host", **REPEATED, metavar="NAME", help="default: all")
    simulate.add_argument("--set", **REPEATED, metavar="NAME=VALUE", help=SET)
    simulate.add_argument("--steps", type=int, default=10_000, metavar="N", help="default 10000")
    simulate.add_argument("--seed", type=int, default=1, metavar="N", help="default 1")
    certify = commands.add_parser("certify", help="check saved certificates again")
    certify.add_argument(
        "path", metavar="PATH", help="a certificate, a folder of them, or an archive (.tar.xz)"
    )
    certify.add_argument(
        "-j", "--jobs", type=int, default=0, metavar="N", help="default: all cores"
    )
    for command in (certify, verify, show, replay, listing, simulate):
        command.add_argument("--root", metavar="DIR", help=ROOT)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    try:
        arguments = parser().parse_args(argv)
        command = import_module(f"vtsc.commands.{arguments.command}")
        status = int(command.run(arguments))
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except VtscError as error:
        print(f"vtsc: {' '.join(str(error).split())}", file=sys.stderr)
        return int(error.status)
    except KeyboardInterrupt:
        print("vtsc: interrupted", file=sys.stderr)
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        return int(Exit.OK)
    except OSError as error:
        print(f"vtsc: {error.filename or 'standard output'}: {error.strerror}", file=sys.stderr)
        _discard_output()
        return int(Exit.USAGE)
    except Exception as error:
        print(f"vtsc: internal error: {' '.join(f'{error!r}'.split())}", file=sys.stderr)
        return int(Exit.INTERNAL)


def _discard_output() -> None:
    """Let what is still to be written to standard output go nowhere: it would fail once more at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
