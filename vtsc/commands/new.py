"""``vtsc new NAME --from DESIGN``: write a file with a copy of a design, ready to be edited."""

import argparse
import os
import shlex
from pathlib import Path

from vtsc.base.errors import Exit, UsageError
from vtsc.base.files import check_writable, write_whole
from vtsc.content.loader import load
from vtsc.content.new_design import file_of, new_design
from vtsc.report.screen import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name, the design that is copied, and the file."""
    parser.add_argument("name", metavar="NAME", help="the new design's name, such as my-patch")
    parser.add_argument("--from", dest="origin", required=True, metavar="DESIGN", help="copy this")
    said = "default: NAME.py here, such as my_patch.py"
    parser.add_argument("-o", "--output", metavar="FILE", help=said)


def run(arguments: argparse.Namespace) -> Exit:
    """Write the file, and return 0; a file that is there already is left alone."""
    file = arguments.output or file_of(arguments.name)
    text = new_design(load(arguments.root), arguments.name, arguments.origin, file)
    if os.path.lexists(file):
        raise UsageError(f"{file}: it is there already; -o FILE names another file")
    check_writable(Path(file))
    write_whole(Path(file), text)
    named = shlex.quote(file)
    more = f" --root {shlex.quote(arguments.root)}" if arguments.root is not None else ""
    say(f"{file}: {arguments.name}, which does what {arguments.origin} does")
    say(f"next: change it, then vtsc verify --design {named} --host NAME -p PROPERTY{more}")
    return Exit.OK
