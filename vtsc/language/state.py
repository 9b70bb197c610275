"""Typed state: records whose fields say what they hold, and the tree of records that is a state.

A record's attributes are plain integers and truth values natively, symbolic values during exploration.
A counter is brought back into [0, 2^64) at each store, natively and symbolically alike. While steps are
taken, every store is checked against its field (see `vtsc.stores`); reading is plain attribute access.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, TypeVar

from vtsc.base.errors import BadFileError
from vtsc.language.words import INPUT_LIMIT, MASK, u64

Value = Any
"""A field's value: int or bool natively, `Word`, `Truth` or `Index` symbolically."""


@dataclass(frozen=True)
class Field:
    """A field's declaration: ``kind`` is ``u64``, ``word``, ``flag`` or ``index``.

    ``word``: an integer in [lo, hi]; ``ghost``: one that no register holds, such as true time, and that may
    be compared whatever its sign. ``index``: one of lo..hi, where hi None is the number of
    instances of ``of`` less one. ``transient``: recomputed in every step, left out of traces.
    """

    kind: str
    unit: str
    meaning: str
    start: int | bool
    lo: int = 0
    hi: int | None = None
    of: str = ""
    transient: bool = False
    ghost: bool = False

    def domain(self, sizes: Mapping[str, int]) -> range:
        """The values an index may take."""
        return range(self.lo, (sizes[self.of] if self.hi is None else self.hi + 1))

    def plain(self, value: int | bool) -> int | bool:
        """``value`` as a trace shows it: a u64 by its representative in [0, 2^64)."""
        return u64(value) if self.kind == "u64" else value

    def holds(self, value: object, sizes: Mapping[str, int]) -> bool:
        """Whether a value read from outside is one of this field's."""
        if self.kind == "flag":
            return isinstance(value, bool)
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        if self.kind == "index":
            return value in self.domain(sizes)
        return 0 <= value <= MASK if self.kind == "u64" else self.lo <= value <= (self.hi or 0)


def counter(unit: str, meaning: str) -> Any:
    """A 64-bit field of which only the residue mod 2^64 matters."""
    return Field("u64", unit, meaning, 0)


def word(
    unit: str,
    meaning: str,
    lo: int = 0,
    hi: int = INPUT_LIMIT - 1,
    transient: bool = False,
    ghost: bool = False,
) -> Any:
    """A field that holds an integer in [lo, hi], by default any that an input may be.

    ``ghost``: it stands for something that is no 64-bit word of the system described, such as true time.
    """
    return Field("word", unit, meaning, 0, lo=lo, hi=hi, transient=transient, ghost=ghost)


def flag(meaning: str, transient: bool = False) -> Any:
    """A field that is true or false, false at first."""
    return Field("flag", "", meaning, False, transient=transient)


def index(meaning: str, start: int, of: str = "", lo: int = 0, hi: int | None = None) -> Any:
    """A field that names one of the instances ``of`` a kind, or one of lo..hi."""
    return Field("index", "", meaning, start, lo=lo, hi=hi, of=of)


@dataclass(frozen=True)
class Instance:
    """An instance of a kind, such as the second train: its kind and its number, from 0."""

    kind: str
    number: int

    @property
    def name(self) -> str:
        """The name of its records in states and traces."""
        return f"{self.kind}{self.number}"


class Counter:
    """Keeps what is stored in a field in [0, 2^64); reading is plain attribute access."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __set__(self, record: "Record", value: Value) -> None:
        if type(value) is int:
            value &= MASK
        elif hasattr(value, "counted"):
            value = value.counted()
        vars(record)[self._name] = value


class Record:
    """A group of fields; a subclass declares them as ``name: int = counter(...)`` and the like."""

    fields: ClassVar[dict[str, Field]] = {}
    instance: Instance | None = None
    """The instance that the record belongs to; None where it belongs to none. See `instances`."""

    def __init_subclass__(cls) -> None:
        own = {name: f for name, f in vars(cls).items() if isinstance(f, Field)}
        taken = sorted(own.keys() & vars(Record).keys())
        if taken:
            raise BadFileError(f"field {taken[0]} of {cls.__name__}: the name means something else")
        for name, value in vars(cls).items():
            if name not in own and not name.startswith("__") and not hasattr(value, "__get__"):
                raise BadFileError(
                    f"{name} of {cls.__name__} is no field: declare it with "
                    "counter(...), word(...), flag(...) or index(...)"
                )
        cls.fields = {**cls.fields, **own}
        for name, field in own.items():
            if field.kind == "u64":
                setattr(cls, name, Counter(name))
            else:
                delattr(cls, name)

    def __init__(self, more: Mapping[str, Field] | None = None) -> None:
        """``more``: fields that this record has besides those of its class."""
        if more:
            kind: Any = type(self)
            self.__class__ = _extended(kind, tuple(more.items()))
        for name, field in self.fields.items():
            setattr(self, name, field.start)


@cache
def _extended(record: Any, more: tuple[tuple[str, Field], ...]) -> type[Record]:
    """The class of records with ``more`` fields; raises `BadFileError` where one of them is there already."""
    for name, field in more:
        if not isinstance(field, Field):
            raise BadFileError(f"{name} is no field: declare it with counter(...) or the like")
        if name in record.fields:
            raise BadFileError(f"{record.__name__} has a field {name}: choose another name")
    return type(record.__name__, (record,), dict(more))


R = TypeVar("R", bound=Record)


def instances(kind: str, records: Iterable[R]) -> dict[str, R]:
    """Records by name, one for each instance of ``kind``, the first of them for number 0.

    By this a state, or the ghosts of a monitor, says which record belongs to which instance.
    """
    named = {}
    for number, record in enumerate(records):
        record.instance = Instance(kind, number)
        named[record.instance.name] = record
    return named


Snapshot = dict[str, dict[str, int | bool]]
"""A whole state in plain values: record name to field name to value."""


def snapshot(records: Mapping[str, Record]) -> Snapshot:
    """Records in plain values, transient fields left out."""
    return {
        record_name: {
            name: field.plain(getattr(record, name))
            for name, field in record.fields.items()
            if not field.transient
        }
        for record_name, record in records.items()
    }


class State:
    """All records of a machine by name, in a fixed order. A model subclasses it.

    Every kind has a record for each of its instances, made by `instances`.
    """

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    def slots(self) -> Iterator[tuple[str, Record, str, Field]]:
        """Every field of every record: its full name, record, name and declaration."""
        for record_name, record in self.records.items():
            for name, field in record.fields.items():
                yield f"{record_name}.{name}", record, name, field

    def snapshot(self) -> Snapshot:
        """The state in plain values, transient fields left out. Native states only."""
        return snapshot(self.records)

    def fill(self, value: Callable[[str, Field], Value]) -> None:
        """Set every field to what ``value`` gives for its full name."""
        for full, record, name, field in self.slots():
            vars(record)[name] = value(full, field)

    def saved(self) -> list[dict[str, Value]]:
        """The records' contents, for `restore`."""
        return [dict(vars(record)) for record in self.records.values()]

    def restore(self, saved: list[dict[str, Value]]) -> None:
        """Make the records hold again what `saved` found in them."""
        for record, contents in zip(self.records.values(), saved, strict=True):
            vars(record).update(contents)

    def numbers(self) -> dict[str, Value]:
        """The values of the fields that are neither flags nor indices."""
        return {
            full: getattr(record, name)
            for full, record, name, field in self.slots()
            if field.kind in ("u64", "word")
        }

    def values(self) -> dict[str, Value]:
        """Every field's value by its full name."""
        return {full: getattr(record, name) for full, record, name, _ in self.slots()}
