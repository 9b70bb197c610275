"""Makes states of a machine that check stores: a step can store to nothing but fields of their records."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from vtsc.base.errors import StoreError
from vtsc.language.state import Field, Record, State, Value
from vtsc.stores.locate import first_change
from vtsc.stores.memory import Memory, packages_of
from vtsc.stores.records import Accept, Guarding, Unfit, guarded, kind_of, plain
from vtsc.stores.sealed import ATOMS, INSTEAD, reachable, seal, sealed_container
from vtsc.stores.writers import GHOST, Writers

T = TypeVar("T")


class Guard:
    """A machine and its monitors, from now on read-only; its states and their ghosts are made here.

    ``accept`` gives the value that a field holds after a store; only plain values fit, unless a caller
    replaces it.
    """

    def __init__(self, machine: Any, monitors: Iterable[Any]) -> None:
        owners = [machine, *monitors]
        self._machine = machine
        self._sizes: Mapping[str, int] = machine.sizes
        self._writers = Writers(machine, owners[1:])
        self.accept: Accept = plain(self._sizes)
        self._kinds: dict[tuple[type[Record], str], type[Record]] = {}
        self._records: dict[str, Record] = {}
        self._attributes: dict[str, Collection[str]] = {}
        """The attributes of each record when it was made."""
        frozen = [*reachable(owners, packages_of(owners))]
        self._frozen = {id(thing) for thing in frozen}
        for thing in frozen:
            seal(thing)
        self.memory = Memory(owners)
        self._runs: list[Callable[[], object]] = []
        """What repeats the runs that are to be checked together."""
        self._together = False

    def state(self) -> State:
        """A fresh state of the machine."""
        state: State = self._machine.state()
        self._records = dict(state.records)
        for name, record in state.records.items():
            self._become_guarded(name, record, kind_of(name, record))
        for thing in reachable([state], self.memory.packages, self._frozen):
            self._close(thing)
        return state

    def ghosts(self, monitor: Any) -> dict[str, Record]:
        """Fresh ghosts of a monitor."""
        ghosts: dict[str, Record] = monitor.ghosts(self._machine)
        for name, ghost in ghosts.items():
            self._records[f"{monitor.name}.{name}"] = ghost
            self._become_guarded(f"{monitor.name}.{name}", ghost, GHOST)
        closed: dict[str, Record] = sealed_container(dict(ghosts))
        return closed

    def _become_guarded(self, name: str, record: Record, kind: str) -> None:
        self._attributes[name] = [*vars(record)]
        key = type(record), kind
        if key not in self._kinds:
            constants = getattr(self._machine, "constants", ())
            guarding = Guarding(key[0], kind, self._writers, self._accepted, self._name, constants)
            self._kinds[key] = guarded(key[0], guarding, self._sizes)
            self.memory.note("", self._kinds[key])
        record.__class__ = self._kinds[key]

    def _accepted(self, field: Field, value: Value) -> Value:
        return self.accept(field, value)

    def _close(self, thing: Any) -> None:
        """Make an object of a state refuse stores, except those into the fields of its records."""
        held = vars(thing)
        for name, value in held.items():
            if type(value) not in ATOMS:
                held[name] = sealed_container(value)
        if type(thing) not in self._kinds.values():
            seal(thing)
            self.memory.note("", type(thing))

    def _name(self, record: Record) -> str:
        """The name of a record in the state that was made last."""
        names = (name for name, each in self._records.items() if each is record)
        return next(names, type(record).__name__)

    def checked(self, run: Callable[[], T], again: Callable[[], object]) -> T:
        """The result of ``run``; a store outside of the state is an error that precedes any other."""
        try:
            found = run()
        except Exception:
            self._check_with(again)
            raise
        if self._together and not self._around():
            self._runs.append(again)
        else:
            self._check_with(again)
        return found

    @contextmanager
    def together(self) -> Iterator[None]:
        """Check the runs within it at once, when the last one has ended: each check takes a millisecond."""
        before, self._together = self._together, True
        try:
            yield
        finally:
            self._together = before
            if not before:
                self._check_with()

    def _check_with(self, *more: Callable[[], object]) -> None:
        """Check what the runs since the last check, and those that ``more`` repeats, have stored to."""
        runs, self._runs = [*self._runs, *more], []
        self.check(lambda: [again() for again in runs])

    def changed(self) -> list[str]:
        """The places outside of fields that were stored to, and the fields with a value that does not fit."""
        return [*self.memory.changed(), *self._around()]

    def _around(self) -> list[str]:
        """The attributes of the latest records that were stored to by other ways, such as their dicts."""
        found = []
        for name, record in self._records.items():
            own = self._attributes[name]
            found += [f"{name}.{n}" for n in vars(record) if n not in own]
            found += [
                f"{name}.{n}" for n, f in record.fields.items() if not self._holds(record, n, f)
            ]
        return found

    def _holds(self, record: Record, name: str, field: Field) -> bool:
        """Whether a field holds one of its values, or still its declared start."""
        value = vars(record).get(name)
        try:
            return value is field.start or self.accept(field, value) is not None
        except Unfit:
            return False

    def check(self, again: Callable[[], object] | None = None) -> None:
        """Raise `StoreError` if a store has bypassed the guards.

        ``again`` repeats the run, to find the line that stores.
        """
        changed = self.changed()
        if not changed:
            return
        watch = self.memory.watch()
        self.memory.restore()
        error = StoreError(f"a store into {changed[0]}: {INSTEAD}")
        if again is not None:
            self._records = {}
            packages = self.memory.packages
            error.line = first_change(again, lambda: (watch(), self._around()), packages)
            self.memory.restore()
        raise error
