"""Commands that the content declares: found by name in what is loaded, and imported when called."""

import argparse
from collections.abc import Sequence
from typing import Any

from vtsc.base.errors import BadFileError, UsageError
from vtsc.base.spelling import near
from vtsc.commands import COMMANDS
from vtsc.content.loader import find_root, import_below, load


def find(name: str, argv: Sequence[str]) -> tuple[str, Any]:
    """The help and the module of the content's command of that name.

    The content is that of ``--root`` in ``argv``, or the nearest. Raises `UsageError` where neither it nor
    vtsc has such a command, and `BadFileError` where the content or the module cannot be used.
    """
    declared = _declared(argv)
    if name not in declared:
        raise UsageError(
            f"unknown command {name}: {near(name, [*COMMANDS, *declared], 'vtsc --help')}"
        )
    root, words, path = declared[name]
    module = import_below(root, path)
    for part in ("arguments", "run"):
        if not callable(getattr(module, part, None)):
            raise BadFileError(f"command {name}: {path} has no {part}()")
    return words, module


def _declared(argv: Sequence[str]) -> dict[str, Any]:
    """Root, help and module of each command that the content declares; none where there is no content."""
    given = _root(argv)
    if given is None:
        try:
            find_root(None)
        except BadFileError:
            return {}
    content = load(given)
    return {name: (content.root, words, path) for name, words, path in content.model.commands}


def _root(argv: Sequence[str]) -> str | None:
    """The value of ``--root`` among arguments that are not parsed yet; None where it is not given."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--root")
    try:
        found: str | None = parser.parse_known_args(list(argv))[0].root
    except argparse.ArgumentError as error:
        raise UsageError(str(error)) from None
    return found
