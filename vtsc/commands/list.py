"""``vtsc list``: designs, hosts, properties and parameters."""

import argparse

from vtsc.base.errors import Exit
from vtsc.commands.options import add_design
from vtsc.content.loader import load
from vtsc.report.screen import say
from vtsc.report.text.listing import listing
from vtsc.report.text.wrapping import folded


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the option for a design that is listed with those of the root, and that for the format."""
    add_design(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> Exit:
    """Print the listing, and return 0."""
    content = load(arguments.root, arguments.design)
    if arguments.format == "json":
        from vtsc.report.listing import report

        say(report(content).rstrip())
    else:
        say(folded(listing(content)))
    return Exit.OK
