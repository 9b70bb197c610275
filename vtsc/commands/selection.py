"""Turns names on the command line into groups of cells, for ``verify``, ``threshold`` and ``simulate``."""

import argparse

from vtsc.content.cells import Group, askable, groups
from vtsc.content.content import Content, known
from vtsc.language.parameters import assignments


def selected(content: Content, arguments: argparse.Namespace) -> list[Group]:
    """The groups asked for; raises `UsageError` for unknown names and values.

    A design in a file of its own is asked for by naming the file. Where no property is named, those are asked
    about whose own defaults fit the settings that are given.
    """
    model = content.model
    own = [content.own.name] if content.own is not None else []
    asked = dict.fromkeys([*getattr(arguments, "designs", ()), *own])
    designs = [known("design", d, model.designs) for d in asked]
    hosts = [known("host", h, model.hosts) for h in dict.fromkeys(arguments.host)]
    names = [known("property", p, content.properties) for p in dict.fromkeys(arguments.property)]
    given = assignments(arguments.set)
    designs = designs or list(model.designs)
    names = names or askable(content, designs, given)
    return groups(content, designs, hosts or list(model.hosts), names, given)
