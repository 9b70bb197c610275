"""Finds and loads the content: a root with ``model`` and ``properties``, or the copy in the wheel."""

import importlib
import re
import sys
import tomllib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError, VtscError
from vtsc.content.checked import PACKAGES, digests, ensure, numbers_of
from vtsc.content.content import Content, OwnDesign
from vtsc.content.digest import combined, texts
from vtsc.content.own_design import OwnFile, joined, own_file, with_design
from vtsc.content.properties import Properties
from vtsc.content.reading.sources import OWN
from vtsc.content.reading.uses import Use
from vtsc.content.turns import load_texts
from vtsc.language.claims import Property
from vtsc.language.definitions import DefinitionError, check_name
from vtsc.language.domain import Domain

BUNDLED = Path(__file__).parents[1] / "_bundled"
AROUND = Path(__file__).parents[2]
"""The checkout that this very file is in, where it was not installed as a copy."""
TOLD = (*PACKAGES, "questions", "conformance")
"""The packages of a root whose lines messages name: the content, and the commands that it declares."""


SCHEMA = "docs/schemas/manifest.schema.json"
"""The JSON schema of manifests, in the wheel and in a checkout."""


def manifest_schema() -> str:
    """The text of the JSON schema of manifests."""
    found = next((path for path in (BUNDLED / SCHEMA, AROUND / SCHEMA) if path.is_file()), None)
    if found is None:
        raise BadFileError(f"{SCHEMA}: neither in the wheel nor in a checkout")
    return found.read_text(encoding="utf-8")


def is_root(folder: Path) -> bool:
    """Whether a folder's pyproject.toml says ``[tool.vtsc] root = true``."""
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        tool = tomllib.loads(text).get("tool", {}).get("vtsc", {})
    except (OSError, tomllib.TOMLDecodeError, AttributeError):
        return False
    return isinstance(tool, dict) and tool.get("root") is True


def find_root(given: str | None) -> Path:
    """The root named, else the nearest above the working directory, else what comes with vtsc.

    That is the bundled copy; a vtsc that runs in a checkout has that checkout.
    """
    if given is not None:
        folder = Path(given)
        if folder.resolve() != BUNDLED and not is_root(folder):
            raise BadFileError(
                f"--root {given}: no pyproject.toml there with [tool.vtsc] root = true"
            )
        return folder.resolve()
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if is_root(folder):
            return folder
    if (BUNDLED / "model").is_dir():
        return BUNDLED
    if is_root(AROUND):
        return AROUND
    raise BadFileError(
        "no root found: run inside a checkout whose pyproject.toml has [tool.vtsc] root = true, "
        "or name one with --root"
    )


def load(given: str | None, design: str | None = None, *, beside: bool = False) -> Content:
    """Load the content below the root; raises `BadFileError` in one line when it cannot be used.

    ``design``: a file with a design of its own, which the model then has besides those of the root.
    ``beside``: that design may have the name of another one, and is called by another name then.
    """
    root = find_root(given)
    for package in PACKAGES:
        if not (root / package / "__init__.py").is_file():
            raise BadFileError(f"{root}: no {package}/__init__.py there")
    file = None if design is None else own_file(design)
    own_path = None if design is None else Path(design)
    numbers = ensure(root, own_path)
    read = texts(root, PACKAGES, [] if file is None else [("", file.text)])
    sys.path.insert(0, str(root))
    load_texts(root, TOLD)
    model, properties = (import_below(root, package) for package in PACKAGES)
    domain = getattr(model, "MODEL", None)
    if not isinstance(domain, Domain):
        raise BadFileError(f"{root}/model is not a vtsc model: it has no MODEL")
    known = getattr(properties, "PROPERTIES", None)
    if not isinstance(known, dict):
        raise BadFileError(f"{root}/properties has no PROPERTIES")
    known_as = digests(root)
    shipped, own = known_as["model"], None
    if file is not None:
        with _told(root, file.shown, file):
            domain, name = with_design(domain, file, beside)
        own = OwnDesign(name, file.path, file.shown, combined(shipped, file.text))
    with _told(root, "properties", file):
        _check_names(domain, known)
    return Content(
        root=root,
        model=domain,
        properties=Properties(known),
        sometimes=tuple(getattr(properties, "SOMETIMES", ())),
        shipped=shipped,
        claimed=known_as["properties"],
        texts=read,
        where="bundled" if root == BUNDLED else "checkout",
        asked=given,
        own=own,
        read_numbers=numbers,
    )


def sources(root: Path) -> list[Path]:
    """The files below a root that a loaded content may rest on."""
    return sorted(path for package in TOLD for path in (root / package).rglob("*.py"))


def unload(root: Path) -> None:
    """Have the next `load` read the files below a root anew; what was loaded of them stays as it is."""
    for name, module in [*sys.modules.items()]:
        file = getattr(module, "__file__", None) or ""
        if name.partition(".")[0] in TOLD and Path(file).is_relative_to(root):
            del sys.modules[name]
    importlib.invalidate_caches()


def with_designs(content: Content, files: Sequence[str]) -> Content:
    """The content with the designs of some files besides; raises `BadFileError` where one cannot be used."""
    found: dict[str, Domain] = {}
    others: list[OwnDesign] = []
    read = [("", content.texts.encode())]
    for number, asked in enumerate(files, 1):
        file = own_file(asked)
        ensure(content.root, Path(asked))
        with _told(content.root, file.shown, file):
            domain, name = with_design(content.model, file, called=f"{OWN}{number}")
        if name in found:
            before = next(own.asked for own in others if own.name == name)
            raise BadFileError(f"{asked}: design {name} is in {before}, too: rename one")
        found[name] = domain
        read.append((name, file.text))
        digest_of_both = combined(content.shipped, file.text)
        others.append(OwnDesign(name, file.path, file.shown, digest_of_both))
    model = joined(content.model, found)
    _check_names(model, {})
    return replace(
        content,
        model=model,
        texts=texts(content.root, (), read),
        others=tuple(others),
        parts={**found, "": content.model},
        read_numbers=lambda: _all_numbers(content, others),
        _resolved={},
        _kept={},
    )


def _all_numbers(content: Content, others: Sequence[OwnDesign]) -> tuple[Use, ...]:
    """The uses of instances' numbers in the content and in the files of some designs, each once."""
    found = dict.fromkeys(content.read_numbers())
    for number, own in enumerate(others, 1):
        for use in numbers_of(content.root, own.path):
            renamed = [re.sub(rf"^{OWN}\b", f"{OWN}{number}", owner) for owner in use.owners]
            found[replace(use, owners=tuple(renamed))] = None
    return tuple(found)


def _check_names(model: Domain, properties: Mapping[str, Property]) -> None:
    """Check that designs and properties, after which files are named, have names that files may have."""
    for prop in properties.values():
        check_name(type(prop), prop.name)
    for name in (*model.designs, *model.hosts):
        check_name(Domain, name)


def import_below(root: Path, package: str) -> Any:
    """The module or package of that name below ``root``; raises `BadFileError` where it cannot be used."""
    with _told(root, package):
        module = importlib.import_module(package)
    file = Path(module.__file__ or "")
    if not file.resolve().is_relative_to(root.resolve()):
        raise BadFileError(
            f"{package} was loaded from elsewhere ({file.parent}), not {root}/{package}"
        )
    return module


@contextmanager
def _told(root: Path, otherwise: str, own: OwnFile | None = None) -> Iterator[None]:
    """Report any exception that content raises while it is loaded with the line of the content at fault.

    ``otherwise``: the place that is named where no line of the content is known.
    """
    try:
        yield
    except SyntaxError as error:
        place = _shown(root, own, error.filename or "") or otherwise
        raise BadFileError(f"{place}:{error.lineno}: {error.msg}") from None
    except (Exception, SystemExit) as error:
        place = _place(root, own, error) or otherwise
        what = str(error) if isinstance(error, VtscError) else f"{type(error).__name__}: {error}"
        already = isinstance(error, BadFileError) and str(error).startswith(otherwise)
        raise BadFileError(what if already else f"{place}: {what}") from None


def _place(root: Path, own: OwnFile | None, error: BaseException) -> str:
    """The line of the content at fault: that of the definition, else the innermost; empty for none."""
    lines = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, DefinitionError) and error.line is not None:
        lines.append(error.line)
    shown = [(_shown(root, own, file), line) for file, line in lines]
    return next((f"{file}:{line}" for file, line in reversed(shown) if file), "")


def _shown(root: Path, own: OwnFile | None, file: str) -> str:
    """The name of a file of the content in messages; empty for any other file."""
    if own is not None and file == str(own.path):
        return own.shown
    path = Path(file)
    inside = any(path.is_relative_to(root / package) for package in TOLD)
    return path.relative_to(root).as_posix() if inside else ""
