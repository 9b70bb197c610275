"""Machines whose steps are the rows of a table of actions, the usual form of a model."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import Any, ClassVar

from vtsc.base.errors import BadFileError
from vtsc.language.actions import Action, Call, Step
from vtsc.language.inputs import Inputs
from vtsc.language.machine import Rounds
from vtsc.language.words import Illegal


class TableMachine:
    """The parts of `Machine` that follow from an action table; a model fills in the rest."""

    sizes: dict[str, int]
    symmetric: dict[str, tuple[int, ...]]
    constants: frozenset[str] = frozenset()
    time_input: str = ""
    rounds: tuple[Rounds, ...] = ()
    stores_of: ClassVar[Mapping[type, Sequence[str]]] = MappingProxyType({})

    def table(self) -> Sequence[Action[Any]]:
        """Every action there is, in canonical order; a model overrides this."""
        raise BadFileError(f"{type(self).__name__} has no table")

    @cached_property
    def actions(self) -> dict[str, Action[Any]]:
        """The rows of the table by name."""
        return {action.name: action for action in self.table()}

    def calls(self) -> Sequence[Call]:
        """All calls: actions in the order of the table, arguments ascending."""
        return tuple(
            Call(action.name, args)
            for action in self.actions.values()
            for args in product(*(range(self.sizes[kind]) for kind in action.over))
        )

    def kinds(self, call: Call) -> tuple[str, ...]:
        """The kinds of instance that the arguments of ``call`` name."""
        return self.actions[call.name].over

    def enabled(self, state: Any, call: Call) -> bool:
        """Whether the guard of ``call`` holds now; its effect may still ask for more."""
        return self.actions[call.name].when(state, *call.args)

    def advance(self, state: Any, inputs: Inputs) -> None:
        """No time passes, unless a model says how."""

    def allowed(self, state: Any, call: Call) -> Action[Any]:
        """The action of ``call``; raises `Illegal` where there is none or its guard is false."""
        action = self.actions.get(call.name)
        if action is None or len(call.args) != len(action.over):
            raise Illegal
        if any(not 0 <= i < self.sizes[k] for i, k in zip(call.args, action.over, strict=True)):
            raise Illegal
        if not action.when(state, *call.args):
            raise Illegal
        return action

    def perform(self, state: Any, call: Call, inputs: Inputs) -> Step:
        """Take ``call``, whose effect returns the observation, if any; raises `Illegal`."""
        return Step(call, self.allowed(state, call).effect(state, *call.args))
