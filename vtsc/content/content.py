"""Loaded content: a model with its properties, and the questions that can be asked of them."""

import shlex
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import FrozenInstanceError, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from vtsc.base.errors import (
    BadFileError,
    MeaningError,
    NoStart,
    StoreError,
    UnendingError,
    UsageError,
)
from vtsc.base.lines import Line, in_a_loop
from vtsc.base.spelling import near
from vtsc.content.digest import combined
from vtsc.content.properties import Properties
from vtsc.content.reading.uses import Use
from vtsc.language.claims import ActionTaken, Monitor, Sometimes
from vtsc.language.domain import Domain
from vtsc.language.machine import Machine
from vtsc.language.parameters import Settings
from vtsc.language.words import NoSuchItem

T = TypeVar("T")


@dataclass(frozen=True)
class OwnDesign:
    """A design in a file of its own: its name, its file, the user's name for that, and a digest.

    The digest is that of the model with this file.
    """

    name: str
    path: Path
    asked: str
    digest: str


@dataclass(frozen=True)
class Content:
    """Loaded content: the model, its properties, their place, and the model's digest."""

    root: Path
    model: Domain
    properties: Properties
    sometimes: tuple[Sometimes, ...]
    shipped: str
    """The digest of the model below the root."""
    texts: str
    """The digest of the bytes of all its sources, as they were when it was loaded."""
    where: str
    claimed: str
    """The digest of the properties."""
    asked: str | None = None
    """The root in the words of the user, where one was named."""
    own: OwnDesign | None = None
    """The design in a file of its own, if there is one."""
    others: tuple[OwnDesign, ...] = ()
    """Further designs in files of their own, which a manifest names."""
    parts: Mapping[str, Domain] = field(default_factory=dict)
    """For each of these designs the model with it alone, and for an empty name the model without them."""
    read_numbers: Callable[[], tuple[Use, ...]] = tuple
    """Reads the uses of instances' numbers in all its designs and properties."""
    _resolved: dict[Any, Settings] = field(default_factory=dict, compare=False, repr=False)
    _kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def digest(self) -> str:
        """The digest of the model, with the designs in files of their own."""
        known = self.shipped if self.own is None else self.own.digest
        for other in self.others:
            known = combined(known, other.digest.encode())
        return known

    @property
    def files(self) -> tuple[OwnDesign, ...]:
        """All designs in files of their own."""
        return self.others if self.own is None else (self.own, *self.others)

    def model_of(self, design: str) -> Domain:
        """The model with a design, and without the designs in other files."""
        return self.parts.get(design) or self.parts.get("") or self.model

    def own_of(self, design: str) -> OwnDesign | None:
        """The file of its own that a design is in; None for a design of the root."""
        return next((own for own in self.files if own.name == design), None)

    def digest_of(self, design: str) -> str:
        """The digest of the model as far as a design rests on it."""
        own = self.own_of(design)
        return self.shipped if own is None else own.digest

    def named(self, design: str) -> str:
        """The words that name a design on a command line."""
        own = self.own_of(design)
        return design if own is None else f"--design {shlex.quote(own.asked)}"

    def without_file(self, design: str) -> str:
        """A hint for an unknown design: it may be in a file that was not named."""
        if self.own is not None or self.model.including is None or design in self.model.designs:
            return ""
        return "; a design in a file of its own needs --design FILE"

    def wanted(self, file: str) -> bool:
        """Whether a source file holds rules of a design, to be shown in traces."""
        return self.kept(("wanted", file), lambda: self._wanted(file))

    def _wanted(self, file: str) -> bool:
        path = Path(file)
        shared = path.name in self.model.shared_rules and not self._is_own(path)
        return self.is_rule(file) and not shared

    def is_rule(self, file: str) -> bool:
        """Whether a source file holds rules of designs, of one or of all."""
        path = Path(file)
        if self._is_own(path):
            return True
        inside = path.is_relative_to(self.root)
        return inside and self.relative(file).startswith(self.model.rules)

    def relative(self, file: str) -> str:
        """A source file's path below the root, or the user's name for the file of a design of its own."""
        return self.kept(("relative", file), lambda: self._relative(Path(file)))

    def _relative(self, path: Path) -> str:
        own = next((each for each in self.files if each.path == path), None)
        return own.asked if own is not None else path.relative_to(self.root).as_posix()

    def holds(self, file: str) -> bool:
        """Whether a source file is one of the content."""
        path = Path(file)
        packages = (self.root / "model", self.root / "properties")
        return self._is_own(path) or any(path.is_relative_to(p) for p in packages)

    def _is_own(self, path: Path) -> bool:
        return any(path == own.path for own in self.files)

    def place(self, kind: type) -> str:
        """The file and line at which a class of the content begins."""
        import inspect  # which hardly any command needs

        file = self.relative(inspect.getsourcefile(kind) or "")
        return f"{file}:{inspect.getsourcelines(kind)[1]}"

    def changed(self, design: str, prop: str | None, settings: Settings) -> dict[str, int | str]:
        """The settings that differ from what the design's cell of that property starts from, or of none."""
        return settings.differing(self.resolve(design, prop, {}))

    def resolve(self, design: str, prop: str | None, given: Mapping[str, str]) -> Settings:
        """The settings that ``given`` makes of the defaults of a design and a property.

        Raises `UsageError` where they have no meaning. Each combination is worked out once.
        """
        defaults = self.properties[prop].defaults if prop else {}
        key = (design, tuple(sorted(given.items())), tuple(sorted(defaults.items())))
        if key not in self._resolved:
            self._resolved[key] = self.model.resolve(design, given, defaults)
        return self._resolved[key]

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, worked out once for each key."""
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def monitor(self, name: str) -> Monitor:
        """The property or "sometimes" of that name; that an action is taken is one for each action."""
        if name in self.properties:
            return self.properties[name]
        named = {s.name: s for s in self.sometimes}
        return named.get(name) or ActionTaken(name.removeprefix("can_"))

    def reachabilities(self, machine: Machine) -> list[Sometimes]:
        """Every "sometimes" of a machine, those of its actions included."""
        actions = dict.fromkeys(call.name for call in machine.calls())
        asked = [s for s in self.sometimes if s.applies(machine)]
        return [*asked, *(ActionTaken(a) for a in actions)]


def model_error(content: Content, error: BaseException) -> Exception:
    """The error to report for an exception: a bad model if the model's own code raised it, else itself."""
    if isinstance(error, NoStart):
        return _no_start(content, error)
    raised = [line for line in _lines(error.__traceback__) if content.holds(line[0])]
    if isinstance(error, NoSuchItem):
        asked = [line for line in error.lines if content.holds(line[0])]
        in_rules = [line for line in asked if content.is_rule(line[0])]
        raised = in_rules or asked or raised
    if isinstance(error, UnendingError):
        raised = [line for line in raised if in_a_loop(line)] or raised
    line = getattr(error, "line", None)
    if line is not None and content.holds(line[0]):
        raised = [line]
    if not raised:
        named = isinstance(error, StoreError)
        return (BadFileError if named else RuntimeError)(_what(error))
    file, number = raised[-1]
    return BadFileError(f"{content.relative(file)}:{number}: {_what(error)}")


def _no_start(content: Content, error: NoStart) -> Exception:
    """The line of a design that refuses every start; the error itself where the parameters leave none."""
    lines = _lines(error.refusal.__traceback__)
    refusing = [line for line in lines if content.is_rule(line[0])]
    if not refusing:
        return error
    file, number = refusing[-1]
    return BadFileError(
        f"{content.relative(file)}:{number}: no run can begin: this refuses every initial state"
    )


def _what(error: BaseException) -> str:
    """The text of an error of a model's code."""
    if isinstance(error, FrozenInstanceError):
        return f"a store into an object that never changes: {error}"
    plain = isinstance(error, MeaningError | UnendingError | NoSuchItem)
    return str(error) if plain else f"{type(error).__name__}: {error}"


def _lines(place: TracebackType | None) -> Iterator[Line]:
    while place is not None:
        yield place.tb_frame.f_code.co_filename, place.tb_lineno
        place = place.tb_next


def known(kind: str, name: str, names: Any) -> str:
    """``name`` if it is one of ``names``; else raises `UsageError` with the near ones."""
    if name not in names:
        raise UsageError(f"unknown {kind} {name}: {near(name, list(names))}")
    return name
