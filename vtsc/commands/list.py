"""``vtsc list``: designs, hosts, properties and parameters."""

import argparse

from vtsc.base.errors import Exit
from vtsc.content.loader import load
from vtsc.report.screen import say
from vtsc.report.text.listing import listing


def arguments(parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(arguments: argparse.Namespace) -> Exit:
    """Always 0."""
    say(listing(load(arguments.root)))
    return Exit.OK
