"""``vtsc list``: designs, hosts, properties and parameters."""

import argparse

from vtsc.base.errors import Exit
from vtsc.commands.options import add_design
from vtsc.content.loader import load
from vtsc.report.screen import say
from vtsc.report.text.listing import listing
from vtsc.report.text.wrapping import folded


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the option for a design that is listed with those of the root."""
    add_design(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Print the listing, and return 0."""
    say(folded(listing(load(arguments.root, arguments.design))))
    return Exit.OK
