"""Finds and loads the content: a root with ``model`` and ``properties``, or the copy in the wheel."""

import importlib
import os
import sys
import tomllib
import traceback
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError, VtscError
from vtsc.content.checked import PACKAGES, ensure
from vtsc.content.content import Content
from vtsc.content.digest import digest
from vtsc.content.turns import turn_designs
from vtsc.language.domain import Domain

BUNDLED = Path(__file__).parents[1] / "_bundled"


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


def load(given: str | None) -> Content:
    """Load the content below the root; raises `BadFileError` in one line when it cannot be used."""
    root = find_root(given)
    for package in PACKAGES:
        if not (root / package / "__init__.py").is_file():
            raise BadFileError(f"{root}: no {package}/__init__.py there")
    ensure(root)
    sys.path.insert(0, str(root))
    turn_designs(root)
    model, properties = (import_below(root, package) for package in PACKAGES)
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
        asked=given,
    )


def import_below(root: Path, package: str) -> Any:
    """The module or package of that name below ``root``; raises `BadFileError` where it cannot be used."""
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
    """The innermost line of the content that an import failed at, else the package."""
    inside = tuple(str(root / name) + os.sep for name in PACKAGES)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{f.filename}:{f.lineno}" for f in frames if f.filename.startswith(inside)]
    return lines[-1] if lines else f"{root}/{package}"


def _what(error: BaseException) -> str:
    return str(error) if isinstance(error, VtscError) else f"{type(error).__name__}: {error}"
