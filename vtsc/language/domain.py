"""Everything that a model tells the checker about its domain, in one object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vtsc.language.functions import Claims
from vtsc.language.lanes import Lane
from vtsc.language.parameters import Parameter, Settings
from vtsc.language.timeline import Timeline


@dataclass(frozen=True)
class Domain:
    """A model: its parameters, its designs and hosts with a title each, and how to build a machine."""

    parameters: Mapping[str, Parameter]
    designs: Mapping[str, str]
    hosts: Mapping[str, str]
    resolve: Callable[[str, Mapping[str, str], Mapping[str, str]], Settings]
    """Design, the user's texts, a property's default texts; raises `UsageError`."""
    check: Callable[[str, Mapping[str, str]], Settings]
    """Design and the texts of all parameters, as saved; raises `UsageError`."""
    assumed: str
    """The assumptions about inputs, for the scope of a verdict."""
    columns: tuple[str, ...]
    """The fields that traces show in columns of their own, as ``record.field`` or ``kind.field``."""
    opening: tuple[str, ...]
    """The fields whose initial values traces tell, likewise."""
    rules: tuple[str, ...]
    """Path prefixes, below the root, of the files whose lines traces show."""
    shared_rules: tuple[str, ...]
    """Names of files among them that hold what all designs share, and are not shown."""
    kinds: Mapping[str, str]
    """The kinds of instance, with the parameter that says how many there are."""
    spare: Mapping[str, int]
    """The number of instances of each kind that a step can involve, beyond those a claim speaks of."""
    build: Callable[[str, str, Settings], Any]
    """Design, host and settings to a `vtsc.language.machine.Machine`."""
    functions: Mapping[str, Claims] = field(default_factory=dict)
    """Claims about the model's plain functions, by name."""
    typical_input: int = 1000
    """The approximate size of an input without an upper bound when it is drawn at random."""
    design: type | None = None
    """The class from which a design in a file of its own is derived; None where there is no such file."""
    including: Callable[[Any], "Domain"] | None = None
    """The same model with one more design: a class that is derived from ``design``."""
    commands: tuple[tuple[str, str, str], ...] = ()
    """Commands of its own, each a name, one line of help, and a module with ``arguments`` and ``run``."""
    lanes: tuple[Lane, ...] = ()
    """What a picture of a run shows, from top to bottom; without any, one lane for each of ``columns``."""
    timeline: Timeline | None = None
    """The times and events of a run, for other programs' viewers; None where steps are merely counted."""
