"""The syntax check: content is read before it runs, and refused where the language does not define it."""

from collections.abc import Iterator
from pathlib import Path

from vtsc.content.checked import PACKAGES
from vtsc.content.reading.declarations import check_module
from vtsc.content.reading.kinds import Kind, asked_by_reports, kinds
from vtsc.content.reading.names import Names
from vtsc.content.reading.numbers import uses
from vtsc.content.reading.overriding import check_methods
from vtsc.content.reading.rules import check_function
from vtsc.content.reading.sources import OWN, File, Function, Module, Sources
from vtsc.content.reading.uses import Use
from vtsc.content.turns import DESIGNS

RULES = (*DESIGNS, "properties/")
"""The places of designs and monitors, below a root."""


def files(root: Path, design: Path | None = None) -> Iterator[File]:
    """The files of the content below ``root``, and a design of its own if one is given."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            shown = path.relative_to(root).as_posix()
            module = shown.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            yield File(path, shown, module, shown.startswith(RULES))
    if design is not None:
        yield File(design, str(design), OWN, True)


def check(root: Path, design: Path | None = None) -> dict[Function, Kind]:
    """The kind of every function of a content; raises `BadFileError` for the first construct refused."""
    return check_sources(Sources([*files(root, design)]))


def check_sources(sources: Sources) -> dict[Function, Kind]:
    """The same for a content that was read."""
    names = Names(sources)
    found = kinds(sources)
    told = asked_by_reports(sources, found)
    for module in sources.modules.values():
        try:
            _check(names, module, found, told)
        except RecursionError:
            module.refuse(module.tree, "an expression is nested too deep", "write it in parts")
    check_methods(sources, found)
    return found


def numbers_used(root: Path, design: Path | None = None) -> tuple[Use, ...]:
    """The uses of instances' numbers in a checked content whose effect may differ at other sizes."""
    sources = Sources([*files(root, design)])
    return numbers_in(sources, kinds(sources))


def numbers_in(sources: Sources, found: dict[Function, Kind]) -> tuple[Use, ...]:
    """The same for a content that was read, of which the kinds of functions are known."""
    return tuple(uses(sources, found))


def _check(names: Names, module: Module, found: dict[Function, Kind], told: set[Function]) -> None:
    check_module(names, module, found)
    for function in module.all_functions():
        if found[function] is not Kind.DECLARATION:
            check_function(names, function, found[function], function not in told)
