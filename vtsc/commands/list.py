"""``vtsc list``: designs, hosts, properties and parameters."""

import argparse

from vtsc.base.errors import Exit
from vtsc.commands.options import add_design, add_formats
from vtsc.content.loader import load
from vtsc.report.outputs import deliver, one_of, outputs
from vtsc.report.text.listing import listing
from vtsc.report.text.wrapping import folded


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the option for a design that is listed with those of the root, and that for the format."""
    add_design(parser)
    said = "list the formats and engines of plug-ins instead, each with its distribution"
    parser.add_argument("--plug-ins", action="store_true", help=said)
    add_formats(parser, ("text", "json"))


def run(arguments: argparse.Namespace) -> Exit:
    """Print the listing, and return 0."""
    asked_for = outputs(arguments, one_of(("text", "json")))
    if arguments.plug_ins:
        from vtsc.report.plugins import FORMATS, status

        deliver(asked_for, lambda name: FORMATS[name]())
        return status()
    content = load(arguments.root, arguments.design)

    def write(name: str) -> str:
        if name == "text":
            return folded(listing(content)) + "\n"
        from vtsc.report.listing import report

        return report(content)

    deliver(asked_for, write)
    return Exit.OK
