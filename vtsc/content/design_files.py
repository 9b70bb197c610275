"""The designs in files of their own that a manifest names."""

from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError
from vtsc.base.toml_lines import TomlFile
from vtsc.content.cell_tables import PATTERN, each


class DesignFiles:
    """The files of designs that a manifest names, each a path or a pattern below its own folder."""

    def __init__(self, file: TomlFile) -> None:
        self._file = file

    def named(self) -> dict[str, list[str]]:
        """The files that each value of a key ``file`` stands for; raises `BadFileError` for none."""
        document, found = self._file.document, dict[str, list[str]]()
        for name in ("defaults", "check", "bound", "show"):
            tables = each(document.get(name, []))
            for number, own in enumerate(tables):
                which = number if isinstance(document[name], list) else None
                for value in each(own.get("file", [])):
                    found[value] = self._of(name, which, value)
                if own.get("file") == []:
                    raise self._wrong(name, which, [])
        return found

    def _of(self, name: str, number: int | None, value: Any) -> list[str]:
        if not isinstance(value, str) or not value:
            raise self._wrong(name, number, value)
        folder = self._file.path.parent
        path = folder / value
        if any(sign in value for sign in PATTERN) and not path.is_file():
            paths = sorted(path for path in folder.glob(value) if path.is_file())
        else:
            paths = [path] if path.is_file() else []
        if not paths:
            line = self._file.key(name, number, "file", value)
            raise self._file.fail(line, f"file: there is no {folder / value}")
        return [_from_here(path) for path in paths]

    def _wrong(self, name: str, number: int | None, value: Any) -> BadFileError:
        line = self._file.key(name, number, "file", value or None)
        return self._file.fail(line, "file: expected the path of a design, or a list of paths")


def _from_here(path: Path) -> str:
    """A path as it can be typed in the working directory."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
