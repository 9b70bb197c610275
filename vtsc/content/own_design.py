"""Finds the design in a file of its own, which no registry names, and adds it to the model."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from vtsc.base.errors import BadFileError
from vtsc.content.reading.sources import OWN
from vtsc.content.turns import compiled, supplied
from vtsc.language.definitions import DefinitionError
from vtsc.language.domain import Domain


@dataclass(frozen=True)
class OwnFile:
    """The file: the user's name for it, its path, and its text."""

    shown: str
    path: Path
    text: bytes


def own_file(given: str) -> OwnFile:
    """The file that ``given`` names; raises `BadFileError` where it cannot be read."""
    path = Path(given)
    try:
        if path.exists() and not path.is_file():
            raise BadFileError(f"{given}: not a file")
        return OwnFile(given, path.resolve(), path.read_bytes())
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadFileError(f"{given}: {why}") from None


def with_design(
    model: Domain, file: OwnFile, beside: bool = False, called: str = OWN
) -> tuple[Domain, str]:
    """The model with the file's design, and the design's name; exceptions of the file are passed on.

    ``called``: the name of its module.

    ``beside``: where another design has its name, it gets that of the file added to it. The module is made of
    the text that was read, so no compiled copy of another text takes its place.
    """
    if model.design is None or model.including is None:
        raise BadFileError("--design: this model takes no designs from files")
    module = ModuleType(called)
    module.__file__ = str(file.path)
    sys.modules[called] = module
    vars(module).update(supplied())
    exec(compiled(file.text, str(file.path)), vars(module))
    design: Any = _design(module, model.design, file.shown)
    if beside and design.name in model.designs:
        design.name = f"{design.name}-{file.path.stem}"
    more = model.including(design)
    (name,) = more.designs.keys() - model.designs.keys()
    return more, name


def joined(model: Domain, more: Mapping[str, Domain]) -> Domain:
    """A model with one design more of each of some others, which are that model with this design."""

    def of(design: str) -> Domain:
        return more.get(design, model)

    titles = {name: domain.designs[name] for name, domain in more.items()}
    return replace(
        model,
        designs={**model.designs, **titles},
        resolve=lambda design, *rest: of(design).resolve(design, *rest),
        check=lambda design, *rest: of(design).check(design, *rest),
        build=lambda design, *rest: of(design).build(design, *rest),
    )


def _design(module: ModuleType, base: type, shown: str) -> type:
    """The one class of a module that is a design and has a name of its own."""
    kinds = [x for x in vars(module).values() if isinstance(x, type)]
    designs = [x for x in kinds if x.__module__ == module.__name__ and issubclass(x, base)]
    named = [x for x in designs if "name" in vars(x)]
    if len(named) > 1:
        what = f"a second design, {named[1].__name__}, besides {named[0].__name__}: keep one"
        raise DefinitionError(named[1], what)
    if designs and not named:
        raise DefinitionError(designs[-1], f"design {designs[-1].__name__} has no name of its own")
    if not named:
        raise BadFileError(f"{shown}: no design: derive a class from {base.__name__}, with a name")
    return named[0]
