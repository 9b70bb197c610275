"""Recorded proofs: for each cell the lemmas that showed it, in ``proofs/<design>.toml`` below the root.

A recorded proof is tried before another is looked for, and is checked like any other. It stays
valid for as long as it proves its cell. A proof that no longer does is stale, which changes no
verdict.
"""

import json
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError, UsageError
from vtsc.base.files import write_whole
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.evidence.systems import Key
from vtsc.language.parameters import Settings

FOLDER = "proofs"
HEAD = """# Lemmas that prove cells of {}. They are tried first, and checked each time.
# `make evidence UPDATE=1` writes this file.
"""
WIDTH = 98


@dataclass(frozen=True)
class Proof:
    """The data from which the certificate of a cell is made again."""

    cell: Cell
    lemmas: tuple[Key, ...]
    k: int = 1
    """The k of k-induction on top of the lemmas."""
    found: tuple[str, ...] = ()
    """Lemmas that a solver found, as texts."""


@dataclass(frozen=True)
class Never:
    """The "sometimes" of a case that are never reached, and the lemmas that show it."""

    design: str
    host: str
    settings: Settings
    names: tuple[str, ...]
    lemmas: tuple[Key, ...]

    def is_of(self, of: Case | Cell) -> bool:
        """Whether it is of that case, or of the case of that cell."""
        return (self.design, self.host, self.settings) == (of.design, of.host, of.settings)


@dataclass(frozen=True)
class Entry:
    """A table of a file: a proof on a host with some parameters, by the names of its lemmas."""

    host: str
    property: str | None
    """None: it is about "sometimes"."""
    given: Mapping[str, str]
    """The parameters that differ from their defaults."""
    lemmas: tuple[str, ...]
    k: int
    found: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Recorded:
    """All that is recorded of a design; entries with unknown hosts, properties or parameters are left out."""

    content: Content
    design: str
    entries: tuple[Entry, ...] = ()

    def proof(self, cell: Cell) -> Proof | None:
        """The proof of a cell, if there is one."""
        found = self.closest_proof(cell)
        return found if found is not None and found.cell == cell else None

    def closest_proof(self, cell: Cell) -> Proof | None:
        """The proof for a cell's host and property whose settings differ least, if there is one."""
        of_cell = [e for e in self.entries if (e.host, e.property) == (cell.host, cell.property)]
        far = partial(_differing, cell.settings)
        return min(self._proofs(of_cell), key=lambda proof: far(proof.cell.settings), default=None)

    def unreached(self, of: Case | Cell) -> Never | None:
        """The "sometimes" of a case that are never reached, if any are recorded."""
        found = self.closest_unreached(of)
        return found if found is not None and found.is_of(of) else None

    def closest_unreached(self, of: Case | Cell) -> Never | None:
        """The "sometimes" never reached on a host, with the settings that differ least, if recorded."""
        on_host = [e for e in self.entries if e.host == of.host]
        far = partial(_differing, of.settings)
        return min(self._never(on_host), key=lambda never: far(never.settings), default=None)

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """All recorded proofs."""
        return tuple(self._proofs(self.entries))

    @property
    def never(self) -> tuple[Never, ...]:
        """The records of all "sometimes" that are never reached."""
        return tuple(self._never(self.entries))

    def _proofs(self, entries: Iterable[Entry]) -> Iterator[Proof]:
        for entry in entries:
            settings = self._settings(entry)
            if settings is not None and entry.property is not None:
                cell = Cell(self.design, entry.host, entry.property, settings)
                yield Proof(cell, self._keys(entry), entry.k, entry.found)

    def _never(self, entries: Iterable[Entry]) -> Iterator[Never]:
        for entry in entries:
            settings = self._settings(entry) if entry.property is None else None
            if settings is not None:
                keys = self._keys(entry)
                yield Never(self.design, entry.host, settings, entry.names, keys)

    def _settings(self, entry: Entry) -> Settings | None:
        """The settings of an entry; None if its host, property or parameters are unknown."""
        known = entry.property is None or entry.property in self.content.properties
        if entry.host not in self.content.model.hosts or not known:
            return None
        try:
            return self.content.resolve(self.design, entry.property, entry.given)
        except UsageError:
            return None

    def _keys(self, entry: Entry) -> tuple[Key, ...]:
        """The lemmas of an entry: ``name``, or ``property.name``."""
        parts = [(text, *text.partition(".")) for text in entry.lemmas]
        known = self.content.properties
        return tuple((owner, name) if owner in known else ("", t) for t, owner, _, name in parts)


def _differing(one: Settings, other: Settings) -> int:
    """The number of settings that differ."""
    theirs = other.texts()
    return sum(theirs.get(name) != value for name, value in one.texts().items())


def path_of(content: Content, design: str) -> Path:
    """The file in which the proofs of a design are recorded."""
    return content.root / FOLDER / f"{design}.toml"


def load_proofs(content: Content, design: str) -> Recorded:
    """The proofs recorded of a design; raises `BadFileError` where their file cannot be read."""
    path = path_of(content, design)
    try:
        source = tomllib.loads(path.read_text(encoding="utf-8"))
        proofs = [_entry_of(x, x["property"]) for x in source.get("proof", ())]
        never = [_entry_of(x, None) for x in source.get("never", ())]
    except (FileNotFoundError, NotADirectoryError):
        return Recorded(content, design)
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadFileError(f"{path}: not a file of proofs: {error}") from None
    return Recorded(content, design, (*proofs, *never))


def _entry_of(source: Mapping[str, Any], prop: str | None) -> Entry:
    return Entry(
        str(source["host"]),
        prop,
        {str(k): str(v) for k, v in source.get("settings", {}).items()},
        tuple(map(str, source["lemmas"])),
        int(source.get("k", 1)),
        tuple(map(str, source.get("found", ()))),
        tuple(map(str, () if prop is not None else source["names"])),
    )


# writing


def update(
    content: Content,
    proofs: Iterable[Proof],
    never: Iterable[Never],
    asked: Collection[Cell] | None = None,
) -> dict[Path, str]:
    """The files of ``proofs/`` that are to change, with their new text; empty for one to be removed.

    Nothing is written. ``asked`` are the cells that were decided; what is recorded of other cells
    is kept. If ``asked`` is None, all that is not among ``proofs`` and ``never`` is dropped.
    """
    changes = {}
    new, unreached = list(proofs), list(never)
    designs = dict.fromkeys([*content.model.designs, *_designs(content)])
    for design in designs:
        kept, kept_never = _kept(content, design, asked)
        text = _text(
            content,
            design,
            [*kept, *(p for p in new if p.cell.design == design)],
            [*kept_never, *(n for n in unreached if n.design == design)],
        )
        path = path_of(content, design)
        if text != (path.read_text(encoding="utf-8") if path.exists() else ""):
            changes[path] = text
    return changes


def write(changes: Mapping[Path, str]) -> None:
    """Write, or remove, what `update` says."""
    for path, text in changes.items():
        if text:
            write_whole(path, text)
        else:
            path.unlink()


def _designs(content: Content) -> list[str]:
    """The designs that have a file."""
    return [path.stem for path in sorted((content.root / FOLDER).glob("*.toml"))]


def _kept(
    content: Content, design: str, asked: Collection[Cell] | None
) -> tuple[list[Proof], list[Never]]:
    """The records of cells other than those that were asked."""
    if asked is None or design not in content.model.designs:
        return [], []
    old = load_proofs(content, design)
    never = [n for n in old.never if not any(map(n.is_of, asked))]
    return [p for p in old.proofs if p.cell not in asked], never


def _text(content: Content, design: str, proofs: Sequence[Proof], never: Sequence[Never]) -> str:
    """The text of a design's file, in the order of the model's hosts and of the properties."""
    hosts, rank = list(content.model.hosts), content.properties.rank
    entries: list[tuple[Any, str]] = []
    for p in proofs:
        changed = content.changed(design, p.cell.property, p.cell.settings)
        place = (0, hosts.index(p.cell.host), rank(p.cell.property), str(changed))
        head = {"host": p.cell.host, "property": p.cell.property}
        harder = {"k": p.k} if p.k > 1 else {}
        lists = {"lemmas": _names(p.lemmas), **({"found": p.found} if p.found else {})}
        entries.append((place, _entry("proof", head, changed, harder, lists)))
    for n in never:
        changed = content.changed(design, None, n.settings)
        place = (1, hosts.index(n.host), (0, ""), str(changed))
        lists = {"names": n.names, "lemmas": _names(n.lemmas)}
        entries.append((place, _entry("never", {"host": n.host}, changed, {}, lists)))
    if not entries:
        return ""
    return "".join([HEAD.format(design), *(text for _, text in sorted(entries))])


def _names(keys: Sequence[Key]) -> list[str]:
    return [f"{owner}.{name}" if owner else name for owner, name in keys]


def _entry(
    table: str,
    head: Mapping[str, str],
    changed: Mapping[str, int | str],
    numbers: Mapping[str, int],
    lists: Mapping[str, Sequence[str]],
) -> str:
    """One table of a file."""
    lines = ["", f"[[{table}]]", *(f"{key} = {json.dumps(value)}" for key, value in head.items())]
    if changed:
        inside = ", ".join(f"{key} = {json.dumps(value)}" for key, value in changed.items())
        lines.append(f"settings = {{ {inside} }}")
    lines += [f"{key} = {value}" for key, value in numbers.items()]
    for key, items in lists.items():
        lines += _listed(key, [json.dumps(item) for item in items])
    return "\n".join(lines) + "\n"


def _listed(key: str, items: Sequence[str]) -> list[str]:
    """A list, on one line if it fits, else on as few as it takes."""
    line = f"{key} = [{', '.join(items)}]"
    if len(line) <= WIDTH:
        return [line]
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) > WIDTH - 4:
            lines.append("")
        lines[-1] += f" {item}," if lines[-1] else f"{item},"
    return [f"{key} = [", *(f"  {x}" for x in lines), "]"]
