"""What a piece of a rule may change, kept while each of its paths is run, and merged where they end."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from vtsc.base.errors import MeaningError
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.truths import Truth
from vtsc.symbolic.values import Index, merge
from vtsc.symbolic.word import Word

NOTHING: Final = object()
"""The value of what is not there."""
LOST: Final = object()
"""The value of what has values on two paths that no one value stands for."""
VARIABLES = "variables"


class Kept:
    """The attributes of records and the variables of a function as they were before a piece is run.

    ``variables``: each as the cell that holds it.
    """

    def __init__(self, records: Sequence[object], variables: Mapping[str, Any]) -> None:
        self._records = records
        self._variables = variables
        self._before = self._now()

    def _now(self) -> dict[str, Any]:
        """Every value there is now, by the number of its record, or `VARIABLES`, and its name."""
        found = {f"{n}.{k}": v for n, r in enumerate(self._records) for k, v in vars(r).items()}
        for name, cell in self._variables.items():
            try:
                found[f"{VARIABLES}.{name}"] = cell.cell_contents
            except ValueError:  # it has not been assigned yet
                continue
        return found

    def restore(self) -> None:
        """Everything is again as it was before."""
        for record in self._records:
            vars(record).clear()
        for cell in self._variables.values():
            _store(cell, NOTHING)
        for key, value in self._before.items():
            self._put(key, value)

    def changes(self) -> dict[str, Any]:
        """What is not as it was before."""
        now = self._now()
        names = dict.fromkeys((*now, *self._before))
        found = {name: now.get(name, NOTHING) for name in names}
        return {name: value for name, value in found.items() if value is not self.before(name)}

    def before(self, key: str) -> Any:
        """What a value was before."""
        return self._before.get(key, NOTHING)

    def apply(self, changes: Mapping[str, Any]) -> None:
        """Everything is as it was before, but for these changes."""
        self.restore()
        for key, value in changes.items():
            owner, _, name = key.partition(".")
            if owner == VARIABLES:
                _store(self._variables[name], NOTHING if value is LOST else value)
            elif value is LOST or value is NOTHING:
                raise MeaningError(f".{name} is stored to with values of different kinds")
            else:
                self._put(key, value)

    def _put(self, key: str, value: Any) -> None:
        owner, _, name = key.partition(".")
        if owner == VARIABLES:
            _store(self._variables[name], value)
        else:
            vars(self._records[int(owner)])[name] = value


def _store(cell: Any, value: Any) -> None:
    """Put a value into a variable; one without a value is not to be read."""
    if value is not NOTHING:
        cell.cell_contents = value
        return
    try:
        del cell.cell_contents
    except ValueError:
        return


def combined(arena: Arena, test: Condition, then: Any, otherwise: Any) -> Any:
    """The value that is ``then`` where ``test`` holds, else ``otherwise``; `LOST` where there is none."""
    if then is otherwise:
        return then
    kinds = {_kind(then), _kind(otherwise)}
    if kinds in ({bool}, {int}) or (
        Index in kinds and {type(then), type(otherwise)} <= {Index, int}
    ):
        return merge(arena, test, then, otherwise)
    return LOST


def _kind(value: Any) -> Any:
    """What a value is, as far as merging goes."""
    if isinstance(value, bool | Truth):
        return bool
    if isinstance(value, int | Word):
        return int
    return type(value)
