"""Finds and loads the content: a root with ``model`` and ``properties``, or the copy in the wheel."""

import hashlib
import importlib
import os
import sys
import tomllib
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vtsc import identities
from vtsc.claims import ActionTaken, Property, Sometimes, Watch
from vtsc.domain import Domain
from vtsc.errors import BadFileError, UsageError, VtscError
from vtsc.parameters import Settings, near

BUNDLED = Path(__file__).parent / "_bundled"
PACKAGES = ("model", "properties")


@dataclass(frozen=True)
class Content:
    """What was loaded: the model, its properties, where from, and the model's digest."""

    root: Path
    model: Domain
    properties: dict[str, Property]
    sometimes: tuple[Sometimes, ...]
    digest: str
    where: str

    def wanted(self, file: str) -> bool:
        """Whether a source file holds rules of a design, to be shown in traces."""
        path = Path(file)
        if not path.is_relative_to(self.root) or path.name in self.model.shared_rules:
            return False
        return self.relative(file).startswith(self.model.rules)

    def relative(self, file: str) -> str:
        """A source file's path below the root."""
        return Path(file).relative_to(self.root).as_posix()

    def changed(self, design: str, prop: str, settings: Settings) -> dict[str, int | str]:
        """The settings that differ from what the property's cell of that design starts from."""
        usual = self.model.resolve(design, {}, self.properties[prop].defaults).texts()
        return {k: v for k, v in settings.texts().items() if usual[k] != v}

    def watch(self, name: str) -> Watch:
        """The property or "sometimes" of that name; that an action is taken is one for each action."""
        if name in self.properties:
            return self.properties[name]
        named = {s.name: s for s in self.sometimes}
        return named.get(name) or ActionTaken(name.removeprefix("can_"))

    def witnesses(self, machine: Any) -> list[Any]:
        """Every "sometimes" of a machine, those of its actions included."""
        actions = dict.fromkeys(call.name for call in machine.calls())
        asked = [s for s in self.sometimes if s.applies(machine)]
        return [*asked, *(ActionTaken(a) for a in actions)]


def is_root(folder: Path) -> bool:
    """Whether a folder's pyproject.toml says ``[tool.vtsc] root = true``."""
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        tool = tomllib.loads(text).get("tool", {}).get("vtsc", {})
    except (OSError, tomllib.TOMLDecodeError, AttributeError):
        return False
    return isinstance(tool, dict) and tool.get("root") is True


def find_root(given: str | None) -> Path:
    """The root named, else the nearest above the working directory, else the bundled copy."""
    if given is not None:
        folder = Path(given)
        if not is_root(folder):
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
    raise BadFileError(
        "no root found: run inside a checkout whose pyproject.toml has [tool.vtsc] root = true, "
        "or name one with --root"
    )


def digest(root: Path) -> str:
    """SHA-256 over the model's source files, names included; 16 hex digits."""
    sha = hashlib.sha256()
    for path in sorted((root / "model").rglob("*.py")):
        sha.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()[:16]


def model_error(content: Content, error: BaseException) -> Exception:
    """An exception that the model's own code raised is a bad model; any other is ours."""
    place = error.__traceback__
    last = None
    while place is not None:
        file = place.tb_frame.f_code.co_filename
        if file.startswith((str(content.root / "model"), str(content.root / "properties"))):
            last = f"{content.relative(file)}:{place.tb_lineno}"
        place = place.tb_next
    if last is None:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return BadFileError(f"{last}: {type(error).__name__}: {error}")


def load(given: str | None) -> Content:
    """Load the content below the root; raises `BadFileError` in one line when it cannot be used."""
    root = find_root(given)
    for package in PACKAGES:
        if not (root / package / "__init__.py").is_file():
            raise BadFileError(f"{root}: no {package}/__init__.py there")
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            identities.refuse(path, path.relative_to(root).as_posix())
    sys.path.insert(0, str(root))
    model, properties = (_import(root, package) for package in PACKAGES)
    domain = getattr(model, "MODEL", None)
    if not isinstance(domain, Domain):
        raise BadFileError(f"{root}/model is not a vtsc model: it has no MODEL")
    known = getattr(properties, "PROPERTIES", None)
    if not isinstance(known, dict):
        raise BadFileError(f"{root}/properties has no PROPERTIES")
    bundled = root == BUNDLED
    return Content(
        root=root,
        model=domain,
        properties=known,
        sometimes=tuple(getattr(properties, "SOMETIMES", ())),
        digest=digest(root),
        where="bundled" if bundled else "checkout",
    )


def _import(root: Path, package: str) -> Any:
    try:
        module = importlib.import_module(package)
    except SyntaxError as error:
        place = f"{error.filename}:{error.lineno}" if error.filename else f"{root}/{package}"
        raise BadFileError(f"{place}: {error.msg}") from None
    except (Exception, SystemExit) as error:
        raise BadFileError(f"{_place(root, package, error)}: {_what(error)}") from None
    file = Path(module.__file__ or "")
    if not file.resolve().is_relative_to(root.resolve()):
        raise BadFileError(
            f"{package} was loaded from elsewhere ({file.parent}), not {root}/{package}"
        )
    return module


def _place(root: Path, package: str, error: BaseException) -> str:
    """The innermost line below ``root`` that an import failed at, else the package."""
    inside = (str(root) + os.sep,)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{f.filename}:{f.lineno}" for f in frames if f.filename.startswith(inside)]
    return lines[-1] if lines else f"{root}/{package}"


def _what(error: BaseException) -> str:
    return str(error) if isinstance(error, VtscError) else f"{type(error).__name__}: {error}"


def known(kind: str, name: str, names: Any) -> str:
    """``name`` if it is one of ``names``; else raises `UsageError` with the near ones."""
    if name not in names:
        raise UsageError(f"unknown {kind} {name}: {near(name, list(names))}")
    return name
