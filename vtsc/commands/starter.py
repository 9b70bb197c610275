"""``vtsc gate --init FILE``: writes a small manifest for the design in a file of its own, to be edited."""

import argparse
import os
import shlex
from pathlib import Path

from vtsc.base.errors import Exit, UsageError
from vtsc.base.files import check_writable, write_whole
from vtsc.commands.options import add_choice
from vtsc.commands.selection import selected
from vtsc.content.loader import load
from vtsc.content.manifest import NAME
from vtsc.content.new_manifest import new_manifest
from vtsc.language.parameters import assignments
from vtsc.report.screen import say


def add_init(parser: argparse.ArgumentParser) -> None:
    """Add the option, and those that choose the cells of the new manifest."""
    group = parser.add_argument_group("a new manifest")
    said = "write a manifest for the design in this file, and decide nothing"
    group.add_argument("--init", metavar="DESIGN.py", help=said)
    add_choice(group)


def check_init(arguments: argparse.Namespace) -> None:
    """Raise `UsageError` for options that go with ``--init`` alone, or not with it."""
    if arguments.init is None:
        if arguments.host or arguments.property or arguments.set:
            raise UsageError("--host, -p and --set: only with --init; the manifest names the cells")
        return
    for other in ("list", "schema", "update", "stability", "since"):
        if getattr(arguments, other) not in (None, False):
            raise UsageError(f"--init excludes --{other}")


def init(arguments: argparse.Namespace) -> Exit:
    """Write the manifest, and return 0; one that is there already is left alone."""
    path = Path(arguments.file or NAME)
    content = load(arguments.root, arguments.init)
    groups = selected(content, arguments)
    if os.path.lexists(path):
        raise UsageError(f"{path}: it is there already; vtsc gate FILE --init names another file")
    check_writable(path)
    design = Path(os.path.relpath(arguments.init, path.parent)).as_posix()
    hosts, properties = dict.fromkeys(arguments.host), dict.fromkeys(arguments.property)
    text = new_manifest(design, [*hosts], [*properties], assignments(arguments.set))
    write_whole(path, text)
    number = sum(len(group.properties) for group in groups)
    own = f"{number} cell{'s' * (number != 1)} of {groups[0].design}"
    named = f" {shlex.quote(str(path))}" if arguments.file else ""
    more = f" --root {shlex.quote(arguments.root)}" if arguments.root is not None else ""
    say(f"{path}: {own}, expected to hold")
    say(f"next: vtsc gate{named}{more}")
    return Exit.OK
