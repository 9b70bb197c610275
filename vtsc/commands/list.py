"""``vtsc list``: designs, hosts, properties and parameters."""

import argparse

from vtsc.errors import Exit
from vtsc.loader import load
from vtsc.report.listing import listing
from vtsc.report.notes import say


def run(arguments: argparse.Namespace) -> Exit:
    """Always 0."""
    say(listing(load(arguments.root)))
    return Exit.OK
