"""Errors of definitions in the content, reported with the file and the line of the definition."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from vtsc.base.errors import BadFileError
from vtsc.base.lines import Line

NAME = re.compile(r"[^\W_][\w.+-]*", re.ASCII)
"""The names that may be those of files, on any system."""


class DefinitionError(BadFileError):
    """A class or a function that content cannot have; the code that loads content says where it is."""

    def __init__(self, definition: type | Callable[..., Any], what: str) -> None:
        super().__init__(what)
        self.definition = definition

    @property
    def line(self) -> Line | None:
        """The file and the line at which the definition begins; None where it is in no file."""
        try:
            file = inspect.getsourcefile(self.definition)
            return None if file is None else (file, inspect.getsourcelines(self.definition)[1])
        except (OSError, TypeError):
            return None


def check_name(definition: type, name: object) -> None:
    """Raise `DefinitionError` unless the name of a design or a property can be a file's name, too."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        what = (
            f"the name {name!r} is no file name: letters, digits and . _ + - are, such as my-patch"
        )
        raise DefinitionError(definition, what)
