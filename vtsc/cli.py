"""The command line: finds the command, lets its module parse its arguments, and hands over to it."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from typing import Any

from vtsc import __version__
from vtsc.base.errors import Exit, UsageError, VtscError, worst
from vtsc.base.signals import termination_interrupts
from vtsc.commands import COMMANDS
from vtsc.commands.options import STATUSES
from vtsc.report.screen import columns, complain, discard, flush, results_alone

ROOT = "where model and properties are; default: the nearest checkout, else what comes with vtsc"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{message} (see {self.prog} --help)")


class _Command(_Parser):
    """Takes options and positional arguments in any order, so also a second of these after an option."""

    mixing = False

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """The known arguments and the others; argparse itself calls this for each of its two passes."""
        if self.mixing:
            return super().parse_known_args(args, namespace)
        self.mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.mixing = False


def parsed(argv: Sequence[str]) -> tuple[Any, argparse.Namespace]:
    """The module of the command that is called, and its arguments.

    Only this module is imported, and only its arguments are declared.
    """
    called = next((x for x in argv if not x.startswith("-")), None)
    helps = dict(COMMANDS)
    module: Any = None
    if called in COMMANDS:
        module = import_module(f"vtsc.commands.{called}")
    elif called is not None:
        from vtsc.commands.contents import find

        with results_alone():
            helps[called], module = find(called, argv)
    top = _Parser(
        prog="vtsc",
        description="Model checker for designs and their hosts, written in plain Python.",
        epilog=f"A model may add commands of its own: vtsc list names them. {STATUSES}",
    )
    top.add_argument("--version", action="version", version=f"vtsc {__version__}")
    commands = top.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=_Command
    )
    for name, words in helps.items():
        said = f"{words[:1].upper()}{words[1:]}."
        command = commands.add_parser(name, help=words, description=said)
        if name == called:
            module.arguments(command)
            command.add_argument("--root", metavar="DIR", help=ROOT)
    return module, top.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    with termination_interrupts():
        return _run(sys.argv[1:] if argv is None else argv)


def _run(argv: Sequence[str]) -> int:
    try:
        module, arguments = parsed(argv)
        ours = str(module.__name__).startswith("vtsc.")
        to_file = getattr(arguments, "output", None) is not None
        with results_alone() if ours else nullcontext(), columns() if to_file else nullcontext():
            status = int(module.run(arguments))
    except VtscError as error:
        complain(f"vtsc: {' '.join(str(error).split())}")
        status = int(error.status)
    except KeyboardInterrupt:
        complain("vtsc: interrupted")
        status = int(Exit.INTERRUPTED)
    except BrokenPipeError:  # of a command that prints by itself
        status = int(Exit.OK)
    except OSError as error:
        status = _unwritten(error)
    except SystemExit:  # help was asked for
        _flushed(0)
        raise
    except Exception as error:
        complain(f"vtsc: internal error: {' '.join(f'{error!r}'.split())}")
        status = int(Exit.INTERNAL)
    return _flushed(status)


def _flushed(status: int) -> int:
    """The exit status once all is written that was printed: also where nobody reads it any more."""
    try:
        flush(sys.stdout)
    except OSError as error:
        failed = _unwritten(error)
        known = status in [int(each) for each in Exit]
        return int(worst([Exit(status), Exit(failed)])) if known else failed
    return status


def _unwritten(error: OSError) -> int:
    complain(f"vtsc: {error.filename or 'standard output'}: {error.strerror}")
    if sys.stdout is not None:
        discard(sys.stdout)
    return int(Exit.USAGE)
