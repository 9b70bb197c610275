"""What was loaded: a model with its properties, and what can be asked of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from vtsc.base.errors import BadFileError, MeaningError, UsageError
from vtsc.base.lines import Line
from vtsc.base.spelling import near
from vtsc.content.reading.uses import Use
from vtsc.language.claims import ActionTaken, Monitor, Property, Sometimes
from vtsc.language.domain import Domain
from vtsc.language.machine import Machine
from vtsc.language.parameters import Settings
from vtsc.language.words import NoSuchItem


@dataclass(frozen=True)
class Content:
    """What was loaded: the model, its properties, where from, and the model's digest."""

    root: Path
    model: Domain
    properties: dict[str, Property]
    sometimes: tuple[Sometimes, ...]
    digest: str
    where: str
    asked: str | None = None
    """The root in the words of the user, where one was named."""
    numbers: tuple[Use, ...] = ()
    """The uses of numbers of instances that were read off, in all its designs and properties."""
    _resolved: dict[Any, Settings] = field(default_factory=dict, compare=False, repr=False)

    def wanted(self, file: str) -> bool:
        """Whether a source file holds rules of a design, to be shown in traces."""
        path = Path(file)
        if not path.is_relative_to(self.root) or path.name in self.model.shared_rules:
            return False
        return self.relative(file).startswith(self.model.rules)

    def relative(self, file: str) -> str:
        """A source file's path below the root."""
        return Path(file).relative_to(self.root).as_posix()

    def place(self, kind: type) -> str:
        """The file and line at which a class of the content begins."""
        import inspect  # which hardly any command needs

        file = self.relative(inspect.getsourcefile(kind) or "")
        return f"{file}:{inspect.getsourcelines(kind)[1]}"

    def changed(self, design: str, prop: str, settings: Settings) -> dict[str, int | str]:
        """The settings that differ from what the property's cell of that design starts from."""
        usual = self.resolve(design, prop, {}).texts()
        return {k: v for k, v in settings.texts().items() if usual[k] != v}

    def resolve(self, design: str, prop: str | None, given: Mapping[str, str]) -> Settings:
        """The settings that ``given`` makes of the defaults of a design and a property.

        Raises `UsageError` where they have no meaning. Each combination is worked out once.
        """
        defaults = self.properties[prop].defaults if prop else {}
        key = (design, tuple(sorted(given.items())), tuple(sorted(defaults.items())))
        if key not in self._resolved:
            self._resolved[key] = self.model.resolve(design, given, defaults)
        return self._resolved[key]

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
    """An exception that the model's own code raised is a bad model; any other is ours."""
    folders = (str(content.root / "model"), str(content.root / "properties"))
    raised = [line for line in _lines(error.__traceback__) if line[0].startswith(folders)]
    if isinstance(error, NoSuchItem):
        asked = [line for line in error.lines if line[0].startswith(folders)]
        rules = content.model.rules
        in_rules = [line for line in asked if content.relative(line[0]).startswith(rules)]
        raised = in_rules or asked or raised
    if not raised:
        return RuntimeError(f"{type(error).__name__}: {error}")
    file, number = raised[-1]
    what = str(error) if isinstance(error, MeaningError) else f"{type(error).__name__}: {error}"
    return BadFileError(f"{content.relative(file)}:{number}: {what}")


def _lines(place: TracebackType | None) -> Iterator[Line]:
    while place is not None:
        yield place.tb_frame.f_code.co_filename, place.tb_lineno
        place = place.tb_next


def known(kind: str, name: str, names: Any) -> str:
    """``name`` if it is one of ``names``; else raises `UsageError` with the near ones."""
    if name not in names:
        raise UsageError(f"unknown {kind} {name}: {near(name, list(names))}")
    return name
