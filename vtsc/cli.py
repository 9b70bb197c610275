"""The command line: finds the command, lets its module parse its arguments, and hands over to it."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from vtsc import __version__
from vtsc.base.errors import Exit, UsageError, VtscError
from vtsc.commands import COMMANDS
from vtsc.commands.options import STATUSES

ROOT = "where model and properties are; default: the nearest checkout, else what comes with vtsc"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{message} (see {self.prog} --help)")


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

        helps[called], module = find(called, argv)
    top = _Parser(
        prog="vtsc",
        description="Model checker for designs and their hosts, written in plain Python.",
        epilog=f"A model may add commands of its own: vtsc list names them. {STATUSES}",
    )
    top.add_argument("--version", action="version", version=f"vtsc {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, words in helps.items():
        said = f"{words[:1].upper()}{words[1:]}."
        command = commands.add_parser(name, help=words, description=said)
        if name == called:
            module.arguments(command)
            command.add_argument("--root", metavar="DIR", help=ROOT)
    return module, top.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    try:
        module, arguments = parsed(sys.argv[1:] if argv is None else argv)
        status = int(module.run(arguments))
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
