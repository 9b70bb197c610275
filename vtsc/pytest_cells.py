"""The tests that ``pytest --vtsc`` collects: one for each cell of a manifest, below its design and host.

The name of a test is ``MANIFEST::DESIGN::HOST::PROPERTY``, with the parameters that differ from their
defaults in brackets. Content is loaded in the process of pytest, as ``vtsc gate`` loads it in its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from vtsc.base.errors import VtscError
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.content.manifest import Check, Manifest, load_manifest
from vtsc.deciding.verdict import Judged


class Cells:
    """The plug-in that collects one manifest."""

    def __init__(self, path: Path, root: str | None) -> None:
        self.path = path
        self.root = root

    def add_to(self, arguments: list[str]) -> None:
        """Add the manifest to the places that are collected, unless these name it, or some of its cells."""
        if not any(Path(x.partition("::")[0]).resolve() == self.path for x in arguments):
            arguments.append(str(self.path))

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> "ManifestFile | None":
        """The manifest's collector."""
        if file_path.resolve() != self.path:
            return None
        found: ManifestFile = ManifestFile.from_parent(parent, path=file_path, root=self.root)
        return found


class ManifestFile(pytest.File):
    """A manifest: its designs."""

    def __init__(self, *, root: str | None, **rest: Any) -> None:
        super().__init__(**rest)
        self._root = root

    def collect(self) -> "Iterator[Named]":
        """A collector for each design; a mistake in the manifest or in a design is one line."""
        try:
            content = load(self._root)
            manifest = load_manifest(content, self.path)
        except VtscError as error:
            raise self.CollectError(f"vtsc: {error}") from None
        asked = Asked(content, manifest, jobs=1 if _is_worker(self.config) else 0)
        designs: dict[str, list[Check]] = {}
        for check in manifest.checks:
            designs.setdefault(check.cell.design, []).append(check)
        for name, checks in designs.items():
            yield Named.from_parent(self, name=name, asked=asked, checks=checks)


class Named(pytest.Collector):
    """A design with its hosts, or a host of a design with its cells."""

    def __init__(self, *, asked: "Asked", checks: Sequence[Check], **rest: Any) -> None:
        super().__init__(**rest)
        self._asked = asked
        self._checks = checks

    def collect(self) -> "Iterator[Named | CellItem]":
        """The collectors of a design's hosts, or the tests of a host's cells."""
        if isinstance(self.parent, Named):
            for check in self._checks:
                name = self._asked.name(check)
                yield CellItem.from_parent(self, name=name, asked=self._asked, check=check)
            return
        hosts: dict[str, list[Check]] = {}
        for check in self._checks:
            hosts.setdefault(check.cell.host, []).append(check)
        for name, checks in hosts.items():
            yield Named.from_parent(self, name=name, asked=self._asked, checks=checks)


class CellItem(pytest.Item):
    """The test of one cell: its verdict is the expected one."""

    def __init__(self, *, asked: "Asked", check: Check, **rest: Any) -> None:
        super().__init__(**rest)
        self.asked = asked
        self.check = check

    @property
    def case(self) -> tuple[object, ...]:
        """The case that the cell belongs to, at its depth."""
        cell = self.check.cell
        return cell.design, cell.host, cell.settings, self.check.depth

    def runtest(self) -> None:
        """Decide the cell, where possible together with the other selected cells of its case."""
        judged = self.asked.judged(self.check, self._together())
        self.user_properties.append(("verdict", judged.result.text))
        if not judged.wanted:
            raise Unwanted(self.asked.told(judged, self.check.depth))

    def _together(self) -> list[Check]:
        """The checks of all selected tests of the same case, unless other workers may run some of these."""
        if _is_worker(self.config) and self.config.getoption("dist") != "loadscope":
            return []
        items = [x for x in self.session.items if isinstance(x, CellItem) and x.asked is self.asked]
        return [item.check for item in items if item.case == self.case]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any) -> Any:
        """The story and the run of a violation, or the reason of another verdict."""
        if isinstance(excinfo.value, Unwanted | VtscError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *rest)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The lines of the manifest that list the cell, and the name of the cell."""
        cell = self.check.cell
        return self.path, self.check.line - 1, f"{cell.design} {cell.host} {self.name}"


class Unwanted(Exception):
    """A verdict that is not the expected one; the text tells it."""


class Asked:
    """A manifest's cells, each decided when its test is run, and then kept."""

    def __init__(self, content: Content, manifest: Manifest, jobs: int) -> None:
        self._content = content
        self._manifest = manifest
        self._jobs = jobs
        self._judged: dict[Check, Judged] = {}

    def name(self, check: Check) -> str:
        """The property, with the parameters that differ from their defaults."""
        cell = check.cell
        own = self._content.changed(cell.design, cell.property, cell.settings)
        return f"{cell.property}[{_parameters(own)}]" if own else cell.property

    def judged(self, check: Check, together: Sequence[Check]) -> Judged:
        """The result of a cell; it is decided with those of ``together``, all of one case."""
        from vtsc.commands.gate import decided, judged  # loads the solver

        if check not in self._judged:
            asked = Manifest(self._manifest.file, tuple(dict.fromkeys([*together, check])))
            results = decided(self._content, asked, self._jobs)
            self._judged |= zip(asked.checks, judged(asked, results), strict=True)
        return self._judged[check]

    def told(self, judged: Judged, depth: int) -> str:
        """What ``vtsc verify`` would say of a cell."""
        from vtsc.report import Report
        from vtsc.report.screen import columns
        from vtsc.report.text.verdicts import told

        with columns():
            return told(Report(self._content, [judged], depth=depth))


def _is_worker(config: pytest.Config) -> bool:
    """Whether this process runs tests beside others, for pytest-xdist."""
    return hasattr(config, "workerinput")


def _parameters(changed: Mapping[str, int | str]) -> str:
    return ",".join(f"{name}={value}" for name, value in changed.items())
