"""Merges the paths of a piece of a rule: values are restored before each path, and merged at its end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from vtsc.base.errors import MeaningError
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.truths import Truth
from vtsc.symbolic.values import Index, merge
from vtsc.symbolic.word import Word

NOTHING: Final = object()
"""Stands for the value of an attribute or a variable that has none."""
LOST: Final = object()
"""Stands for the value of a variable whose values on two paths cannot be merged into one."""
VARIABLES = "variables"
CHANGED = "a turn of a loop changes a list in place: make a new one, as in items = [*items, item]"
PLAIN: Final = (int, bool, str, Word, Truth)
"""The types of most values, none of which leads to a list, dict or set."""
KEPT = "an iterator is kept over turns of a loop, and remembers what it gave: make it a tuple"


class Kept:
    """The values that records' attributes and a function's variables have before a piece is run.

    ``variables``: each as the cell that holds it.
    """

    def __init__(self, records: Sequence[object], variables: Mapping[str, Any]) -> None:
        self._records = records
        self._variables = variables
        self._before = self._now()
        values = (v for fields in self._before.values() for v in fields.values())
        self._contents = [(x, _copied(x)) for x in _containers(values)]

    def _now(self) -> dict[str, dict[str, Any]]:
        """Every present value by its name, by the number of its record, or `VARIABLES`."""
        variables: dict[str, Any] = {}
        for name, cell in self._variables.items():
            try:
                variables[name] = cell.cell_contents
            except ValueError:  # it has not been assigned yet
                continue
        found = {str(n): dict(vars(record)) for n, record in enumerate(self._records)}
        return found | {VARIABLES: variables}

    def restore(self) -> None:
        """Restore every value."""
        for number, record in enumerate(self._records):
            vars(record).clear()
            vars(record).update(self._before[str(number)])
        for name, cell in self._variables.items():
            _store(cell, self._before[VARIABLES].get(name, NOTHING))

    def changes(self) -> dict[str, Any]:
        """The values that have changed."""
        for thing, contents in self._contents:
            if not _unchanged(thing, contents):
                raise MeaningError(CHANGED)
        found: dict[str, Any] = {}
        for owner, now in self._now().items():
            before = self._before[owner]
            for name, value in now.items():
                if value is not before.get(name, NOTHING):
                    found[f"{owner}.{name}"] = value
            if not before.keys() <= now.keys():
                found |= {f"{owner}.{name}": NOTHING for name in before if name not in now}
        return found

    def before(self, key: str) -> Any:
        """The value before the piece is run."""
        owner, _, name = key.partition(".")
        return self._before[owner].get(name, NOTHING)

    def apply(self, changes: Mapping[str, Any]) -> None:
        """Restore every value, then make these changes."""
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
    """Put a value into a variable; after `NOTHING` it has none, and reading it is an error."""
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
    """The kind of a value, for merging."""
    if isinstance(value, bool | Truth):
        return bool
    if isinstance(value, int | Word):
        return int
    return type(value)


def _containers(values: Iterable[Any]) -> Iterator[Any]:
    """The lists, dicts and sets that values lead to; raises `MeaningError` where one is an iterator."""
    pending, seen = [v for v in values if type(v) not in PLAIN], set[int]()
    while pending:
        thing = pending.pop()
        if isinstance(thing, Iterator):
            raise MeaningError(KEPT)
        if not isinstance(thing, list | dict | set | tuple | frozenset) or id(thing) in seen:
            continue
        seen.add(id(thing))
        pending += thing.values() if isinstance(thing, dict) else thing
        if not isinstance(thing, tuple | frozenset):
            yield thing


def _copied(container: Any) -> list[Any]:
    """The contents of a list, dict or set, in order."""
    return [*container.items()] if isinstance(container, dict) else [*container]


def _unchanged(container: Any, before: list[Any]) -> bool:
    now = _copied(container)
    if isinstance(container, dict):
        now, before = ([x for pair in pairs for x in pair] for pairs in (now, before))
    return len(now) == len(before) and all(a is b for a, b in zip(now, before, strict=True))
