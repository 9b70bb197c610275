"""A pair behind a version counter, written by one and read by many, as pvclock shares its page."""

from collections.abc import Mapping

from model.designs import DESIGNS
from model.machine import HOSTS, Machine
from vtsc.language import Domain, Parameter, Settings, settle

PARAMETERS = {"readers": Parameter("readers", "integer", "1", "readers of the page", 1, 4)}


def check(design: str, given: Mapping[str, str]) -> Settings:
    """The settings that ``given`` makes of the defaults."""
    return settle(PARAMETERS, given)


def resolve(design: str, given: Mapping[str, str], defaults: Mapping[str, str]) -> Settings:
    """The settings of a cell, whose property has ``defaults`` of its own."""
    return check(design, {**defaults, **given})


def build(design: str, host: str, settings: Settings) -> Machine:
    """The machine of a design on a host."""
    return Machine(DESIGNS[design], host, settings)


MODEL = Domain(
    parameters=PARAMETERS,
    designs={name: design.title for name, design in DESIGNS.items()},
    hosts=HOSTS,
    resolve=resolve,
    check=check,
    assumed="the version stays below 2^62",
    columns=("page.version", "page.first", "page.second"),
    opening=(),
    rules=("model/designs.py",),
    shared_rules=(),
    kinds={"reader": "readers"},
    spare={"reader": 1},  # whoever acts, beside the one that a claim speaks of
    build=build,
)
