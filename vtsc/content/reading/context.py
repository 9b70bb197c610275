"""The context in which a function of a step is read: its kind, and the meaning of its names."""

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

from vtsc.content.reading.kinds import Kind
from vtsc.content.reading.names import Names
from vtsc.content.reading.sources import LANGUAGE, Found, Function


@dataclass(frozen=True)
class Context:
    """A function that runs in a step."""

    names: Names
    function: Function
    kind: Kind
    chooses: bool = True
    """Whether it may ask for inputs: lemmas and reports do not call it."""

    @property
    def rule(self) -> bool:
        """Whether it is a rule, and no part of the frame."""
        return self.kind is Kind.RULE

    @cached_property
    def own(self) -> set[str]:
        """Its parameters and variables."""
        return self.function.own

    def refuse(self, node: ast.AST, what: str, instead: str) -> NoReturn:
        """Raise `BadFileError` for what stands at ``node``."""
        self.function.module.refuse(node, what, instead)

    def find(self, name: str) -> Found | None:
        """The meaning of a name that is no variable, as the top of the module gives it."""
        return self.names.sources.find(self.function.module, name)

    def language(self, name: str) -> str:
        """The name of the language that ``name`` stands for; empty where it stands for none."""
        found = None if name in self.own else self.find(name)
        imported = found.imported if found else None
        return imported.name if imported is not None and imported.module == LANGUAGE else ""

    def library(self, name: str) -> str:
        """The name of a library that ``name`` stands for, with its module; empty where it stands for none."""
        found = None if name in self.own else self.find(name)
        imported = found.imported if found and not found.module else None
        if imported is None or imported.module == LANGUAGE:
            return ""
        return f"{imported.module}.{imported.name}".rstrip(".")
