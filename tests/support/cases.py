"""Opening and deciding cases, as most tests do it."""

from vtsc.content.case import Case
from vtsc.content.cells import Group
from vtsc.content.content import Content
from vtsc.deciding.plan import decide
from vtsc.deciding.verdict import Result
from vtsc.engines import Effort


def open_case(content: Content, design: str, host: str, prop: str | None = None, **given) -> Case:
    """A design on a host; ``prop``: with the defaults of that property."""
    return Case(content, design, host, content.resolve(design, prop, given))


def case_of_group(content: Content, group: Group) -> Case:
    """The case of a group of cells."""
    return Case(content, group.design, group.host, group.settings)


def decide_group(
    content: Content, group: Group, depth: int, effort: Effort = Effort.USUAL
) -> list[Result]:
    """Decide a group of cells, one after the other."""
    return decide(case_of_group(content, group), group.properties, depth, effort)
