"""Records whose stores are checked: who stores, that the field is declared, and that the value fits."""

import sys
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from types import FrameType
from typing import Any, NoReturn

from vtsc.base.errors import StoreError
from vtsc.language.state import Field, Record, Value
from vtsc.language.words import MASK
from vtsc.stores.writers import CHECKER, Writers, content_frame, module_of, package

DECLARE = "with counter(...), word(...), flag(...) or index(...)"


class Unfit(ValueError):
    """A value that a field cannot hold."""


Accept = Callable[[Field, Value], Value]
"""Gives the value that a field holds after a value is stored there; raises `Unfit`."""
Named = Callable[[Record], str]
"""The name of a record in its state, for messages."""


def plain(sizes: Mapping[str, int]) -> Accept:
    """Accepts what fields hold in plain runs: whole numbers and truth values in their ranges."""

    def accept(field: Field, value: Value) -> Value:
        wanted = bool if field.kind == "flag" else int
        if type(value) is not wanted:
            what = "truth value" if wanted is bool else "number"
            raise Unfit(f"{shown(value)} is no {what}")
        if field.kind == "u64":
            return value & MASK
        least, most = bounds(field, sizes)
        if not least <= value <= most:
            raise Unfit(f"{value} does not fit [{least}, {most}]")
        return value

    return accept


def shown(value: object) -> str:
    """A value for messages: a number, a truth value or a text as it is, anything else by its type."""
    simple = value is None or isinstance(value, int | float | str)
    return repr(value) if simple else f"a {type(value).__name__}"


def bounds(field: Field, sizes: Mapping[str, int]) -> tuple[int, int]:
    """The least and the greatest of a field's values."""
    if field.kind == "flag":
        return False, True
    if field.kind == "u64":
        return 0, MASK
    if field.kind == "index":
        domain = field.domain(sizes)
        return domain.start, domain.stop - 1
    return field.lo, field.hi or 0


class Guarding:
    """Checks the stores into records of one class and one kind, in the states of one machine."""

    def __init__(
        self,
        record: type[Record],
        kind: str,
        writers: Writers,
        accept: Accept,
        named: Named,
        constants: Collection[str] = (),
    ) -> None:
        """``constants``: the fields that keep their start values, as the model says."""
        self._record = record
        self._kind = kind
        self._writers = writers
        self._accept = accept
        self._named = named
        self.constants = constants
        self.files: set[str] = set()
        """Source files all of whose code may store here."""
        self.codes: dict[int, object] = {}
        """Other code that may, by its identity."""

    def check_writer(self, record: Record, name: str, frame: FrameType) -> None:
        """Raise `StoreError` if the function that ``frame`` executes may not store here."""
        storing = content_frame(frame)
        own = package(self._record.__module__) == package(module_of(frame)) == CHECKER
        if storing is None or own:
            return
        why = self._writers.refusal(storing, self._kind)
        if why:
            raise StoreError(f"a store into {self._named(record)}.{name}: {why}")
        if storing is not frame:
            return  # the checker stores; for whom depends on the call, so nothing is kept
        if self._writers.unrestricted(frame, self._kind):
            self.files.add(frame.f_code.co_filename)
        else:
            self.codes[id(frame.f_code)] = frame.f_code

    def store(self, record: Record, name: str, value: Value) -> None:
        """Store a value, if there is such a field and the value fits; raises `StoreError`."""
        field = record.fields.get(name)
        if field is None:
            self._refuse_undeclared(record, name)
        if name in self.constants and isinstance(value, int) and value != field.start:
            never = f"which never changes, as the model says: it is {field.start}"
            raise StoreError(f"a store of {value} into {self._named(record)}.{name}, {never}")
        try:
            vars(record)[name] = self._accept(field, value)
        except Unfit as error:
            raise StoreError(f"a store into {self._named(record)}.{name}: {error}") from None

    def _refuse_undeclared(self, record: Record, name: str) -> NoReturn:
        """Raise `StoreError`, which names a field of a similar name, or the class in which to declare one."""
        close = get_close_matches(name, sorted(record.fields), n=1, cutoff=0.65)
        declaring = next((c for c in self._record.__mro__ if _declares(c)), self._record)
        instead = f"declare it in {declaring.__name__}, {DECLARE}"
        if name in vars(record):
            what = "which is no field"
        else:
            what = "which is not declared"
        if close:
            instead = f"did you mean {close[0]}? Else {instead}"
        raise StoreError(f"a store into {self._named(record)}.{name}, {what}: {instead}")

    def delete(self, record: Record, name: str) -> NoReturn:
        """Raise `StoreError`, since a step deletes nothing."""
        raise StoreError(f"`del` of {self._named(record)}.{name}: store another value")


def _declares(kind: type) -> bool:
    """Whether a class has fields of its own."""
    inherited: Mapping[str, Field] = getattr(kind.__base__, "fields", {})
    return len(getattr(kind, "fields", {})) > len(inherited)


def guarded(record: type[Record], guarding: Guarding, sizes: Mapping[str, int]) -> type[Record]:
    """A class like ``record`` whose stores are checked; its records can become objects of it."""
    fits = {
        name: (bool if field.kind == "flag" else int, *bounds(field, sizes))
        for name, field in record.fields.items()
        if name not in guarding.constants
    }
    files, codes, caller, nothing = guarding.files, guarding.codes, sys._getframe, (None, 0, 0)

    def __setattr__(self: Any, name: str, value: Value) -> None:  # as fast as can be
        frame = caller(1)
        code = frame.f_code
        if code.co_filename not in files and id(code) not in codes:
            guarding.check_writer(self, name, frame)
        kind, least, most = fits.get(name, nothing)
        if type(value) is kind and least <= value <= most:
            self.__dict__[name] = value
        else:
            guarding.store(self, name, value)

    def __delattr__(self: Any, name: str) -> None:
        guarding.delete(self, name)

    own = {
        "__setattr__": __setattr__,
        "__delattr__": __delattr__,
        "__module__": record.__module__,
        "__qualname__": record.__qualname__,
    }
    return type(record.__name__, (record,), own)


def kind_of(name: str, record: Record) -> str:
    """The kind of a record's instance; of a record that belongs to no instance, its own name."""
    return record.instance.kind if record.instance else name
