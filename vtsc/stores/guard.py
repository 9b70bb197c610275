"""The states of a machine as steps are taken in them: nothing can be stored but fields of their records."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from vtsc.base.errors import StoreError
from vtsc.language.state import Record, State
from vtsc.stores.locate import first_change
from vtsc.stores.memory import Memory, packages_of
from vtsc.stores.records import Accept, Guarding, guarded, kind_of, plain
from vtsc.stores.sealed import INSTEAD, reachable, seal, sealed_container
from vtsc.stores.writers import GHOST, Writers

T = TypeVar("T")


class Guard:
    """A machine and its monitors, from now on only read; its states and their ghosts are made here.

    ``accept`` says what a field holds once a value is stored there; by default only plain values fit.
    ``memory``: what another guard of the same machine and monitors compares with.
    """

    def __init__(
        self,
        machine: Any,
        monitors: Iterable[Any],
        accept: Accept | None = None,
        memory: Memory | None = None,
    ) -> None:
        owners = [machine, *monitors]
        self._machine = machine
        self._sizes: Mapping[str, int] = machine.sizes
        self._writers = Writers(machine, owners[1:])
        self._accept = plain(self._sizes) if accept is None else accept
        self._kinds: dict[tuple[type[Record], str], type[Record]] = {}
        self._records: dict[str, Record] = {}
        frozen = [*reachable(owners, packages_of(owners))]
        self._frozen = {id(thing) for thing in frozen}
        for thing in frozen:
            seal(thing)
        self.memory = Memory(owners) if memory is None else memory

    def state(self) -> State:
        """A fresh state of the machine."""
        state: State = self._machine.state()
        self._records = dict(state.records)
        self._guard(state.records)
        for thing in reachable([state], self.memory.packages):
            if id(thing) not in self._frozen:
                self._close(thing)
        return state

    def ghosts(self, monitor: Any) -> dict[str, Record]:
        """Fresh ghosts of a monitor."""
        ghosts: dict[str, Record] = monitor.ghosts(self._machine)
        for name, ghost in ghosts.items():
            self._records[f"{monitor.name}.{name}"] = ghost
            self._become_guarded(ghost, GHOST)
        closed: dict[str, Record] = sealed_container(dict(ghosts))
        return closed

    def _guard(self, records: Mapping[str, Record]) -> None:
        for name, record in records.items():
            self._become_guarded(record, kind_of(name, record))

    def _become_guarded(self, record: Record, kind: str) -> None:
        key = type(record), kind
        if key not in self._kinds:
            guarding = Guarding(key[0], kind, self._writers, self._accept, self._name)
            self._kinds[key] = guarded(key[0], guarding, self._sizes)
            self.memory.note("", self._kinds[key])
        record.__class__ = self._kinds[key]

    def _close(self, thing: Any) -> None:
        """Let nothing be stored to an object of a state, but for the fields of its records."""
        fields = thing.fields if isinstance(thing, Record) else ()
        for name, value in vars(thing).items():
            if name not in fields:
                vars(thing)[name] = sealed_container(value)
        if type(thing) not in self._kinds.values():
            seal(thing)
            self.memory.note("", type(thing))

    def _name(self, record: Record) -> str:
        """The name of a record in the state that was made last."""
        names = (name for name, each in self._records.items() if each is record)
        return next(names, type(record).__name__)

    def checked(self, run: Callable[[], T], again: Callable[[], object]) -> T:
        """What ``run`` returns, unless it stores to what is no state; that comes before any other error."""
        try:
            found = run()
        except Exception:
            self.check(again)
            raise
        self.check(again)
        return found

    def check(self, again: Callable[[], object] | None = None) -> None:
        """Raise `StoreError` if anything but a state is not as it was when this was made.

        ``again`` runs once more what has been run, so that the line is found.
        """
        changed = self.memory.changed()
        if not changed:
            return
        watch = self.memory.watch()
        self.memory.restore()
        error = StoreError(f"a store into {changed[0]}: {INSTEAD}")
        if again is not None:
            error.line = first_change(again, watch, self.memory.packages)
            self.memory.restore()
        raise error
