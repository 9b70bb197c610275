"""The tests that ``pytest --vtsc`` collects: one for each cell of a manifest, below its design and host.

The name of a test is ``MANIFEST::DESIGN::HOST::PROPERTY``, with the parameters that differ from their
defaults in brackets. What a manifest asks besides cells is below the kind of question, such as ``bound``.
Content is loaded in the process of pytest, as ``vtsc gate`` loads it in its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from vtsc.base.errors import VtscError
from vtsc.content.loader import load
from vtsc.content.manifest import Check, Manifest, load_manifest
from vtsc.content.questions import Answered, BoundQuestion, Question
from vtsc.deciding.verdict import Judged

Collected = pytest.Item | pytest.Collector
NOT_SHARED = (
    "the budget in_all is for all cells together, and processes of pytest-xdist do not share it: "
    "run pytest without -n, or vtsc gate -j"
)


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
    """A manifest: its designs, and the kinds of its other questions."""

    def __init__(self, *, root: str | None, **rest: Any) -> None:
        super().__init__(**rest)
        self._root = root

    def collect(self) -> Iterator[Collected]:
        """A collector for each; a mistake in the manifest or in a design is one line."""
        try:
            manifest = load_manifest(load(self._root), self.path)
        except VtscError as error:
            raise self.CollectError(f"vtsc: {error}") from None
        if manifest.budget.in_all is not None and _is_worker(self.config):
            raise self.CollectError(f"vtsc: {self.path.name}: {NOT_SHARED}")
        asked = Asked(manifest, jobs=1 if _is_worker(self.config) else 0)
        every = sorted([*manifest.checks, *manifest.skipped], key=lambda check: check.table)
        yield from _named(self, every, lambda c: c.cell.design, _hosts(asked))
        yield from _named(self, manifest.questions, lambda q: q.kind, _questions(asked))


class Named(pytest.Collector):
    """A design, a host of a design, or a kind of questions: whatever only has a name."""

    def __init__(self, *, inside: Callable[["Named"], Iterator[Collected]], **rest: Any) -> None:
        super().__init__(**rest)
        self._inside = inside

    def collect(self) -> Iterator[Collected]:
        """What is below it."""
        return self._inside(self)


def _named(
    parent: pytest.Collector,
    every: Sequence[Any],
    name: Callable[[Any], str],
    inside: Callable[[Named, Sequence[Any]], Iterator[Collected]],
) -> Iterator[Collected]:
    """A collector for each name that some have; ``inside`` says what is below it."""
    found: dict[str, list[Any]] = {}
    for each in every:
        found.setdefault(name(each), []).append(each)
    for key, own in found.items():
        yield Named.from_parent(parent, name=key, inside=lambda node, own=own: inside(node, own))


def _hosts(asked: "Asked") -> Callable[[Named, Sequence[Check]], Iterator[Collected]]:
    """The hosts of a design."""
    return lambda node, checks: _named(node, checks, lambda c: c.cell.host, _cells(asked))


def _cells(asked: "Asked") -> Callable[[Named, Sequence[Check]], Iterator[Collected]]:
    """The tests of a host of a design."""

    def inside(node: Named, checks: Sequence[Check]) -> Iterator[Collected]:
        for check in checks:
            named = _called(node, asked.name(check))
            yield CellItem.from_parent(node, **named, asked=asked, check=check)

    return inside


def _questions(asked: "Asked") -> Callable[[Named, Sequence[Any]], Iterator[Collected]]:
    """The tests of a kind of questions."""

    def inside(node: Named, questions: Sequence[Any]) -> Iterator[Collected]:
        for each in questions:
            named = _called(node, each.name)
            yield QuestionItem.from_parent(node, **named, asked=asked, question=each)

    return inside


def _called(node: Named, name: str) -> dict[str, str]:
    """The name of a test; its whole name as text, in which pytest looks for brackets."""
    return {"name": name, "nodeid": f"{node.nodeid}::{name}"}


class Unwanted(Exception):
    """A verdict or an answer that is not the expected one; the text tells it."""


class _Item(pytest.Item):
    """A test whose failures are told as they are, without a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any) -> Any:
        """The story and the run of a violation, or the reason of another verdict."""
        if isinstance(excinfo.value, Unwanted | VtscError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *rest)

    def reportinfo_at(self, line: int, name: str) -> tuple[Path, int, str]:
        """The line of the manifest, and the name to be reported."""
        return self.path, line - 1, name


class CellItem(_Item):
    """The test of one cell: its verdict is the expected one."""

    def __init__(self, *, asked: "Asked", check: Check, **rest: Any) -> None:
        super().__init__(**rest)
        self.asked = asked
        self.check = check

    def runtest(self) -> None:
        """Decide the cell, where possible together with the other selected cells of its case."""
        if self.check.skip:
            pytest.skip(self.check.skip)
        judged = self.asked.judged(self.check, self._together())
        self.user_properties.append(("verdict", judged.result.text))
        if not judged.wanted:
            raise Unwanted(self.asked.told(judged))

    def _together(self) -> list[Check]:
        """The checks of all selected tests of the same case, unless other workers may run some of these.

        Where there is a budget for all, those of all selected tests: they are paid in the manifest's order.
        """
        if _is_worker(self.config) and self.config.getoption("dist") != "loadscope":
            return []
        items = [x for x in self.session.items if isinstance(x, CellItem) and x.asked is self.asked]
        manifest = self.asked.manifest
        if manifest.budget.in_all is not None:
            selected = {item.check for item in items}
            return [check for check in manifest.checks if check in selected]
        same = [item.check for item in items if _case(item.check) == _case(self.check)]
        return [check for check in same if not check.skip]

    def reportinfo(self) -> tuple[Path, int, str]:
        """The table of the manifest that lists the cell, and the name of the cell."""
        cell = self.check.cell
        return self.reportinfo_at(self.check.line, f"{cell.design} {cell.host} {self.name}")


class QuestionItem(_Item):
    """The test of what is asked besides cells: the answer is the expected one."""

    def __init__(self, *, asked: "Asked", question: Question | BoundQuestion, **rest: Any) -> None:
        super().__init__(**rest)
        self.asked = asked
        self.question = question

    def runtest(self) -> None:
        """Answer the question."""
        found = self.asked.answered(self.question)
        answer, expected = found.answer, self.question.expected
        self.user_properties.append(("answer", answer.found))
        if not found.wanted:
            reason = f"; {answer.reason}" if answer.reason else ""
            line = f"{self.question.kind} {self.name}: {answer.found} expected: {expected}{reason}"
            raise Unwanted(f"{answer.told}\n{line}".lstrip())

    def reportinfo(self) -> tuple[Path, int, str]:
        """The table of the manifest that asks it, and its name."""
        return self.reportinfo_at(self.question.line, f"{self.question.kind} {self.name}")


@dataclass
class Asked:
    """What a manifest asks; each cell is decided when its test is run, and its verdict is kept."""

    manifest: Manifest
    jobs: int
    _judged: dict[Check, Judged] = field(default_factory=dict)

    def name(self, check: Check) -> str:
        """The property, with the parameters that differ from their defaults."""
        cell = check.cell
        own = self.manifest.content.changed(cell.design, cell.property, cell.settings)
        return f"{cell.property}[{_parameters(own)}]" if own else cell.property

    def judged(self, check: Check, together: Sequence[Check]) -> Judged:
        """The result of a cell; it is decided with those of ``together``, all of one case."""
        from vtsc.commands.gate import decided  # loads the solver

        if check not in self._judged:
            checks = tuple(dict.fromkeys([*together, check]))
            found = decided(replace(self.manifest, checks=checks, questions=()), self.jobs)
            self._judged |= zip(checks, found, strict=True)
        return self._judged[check]

    def answered(self, question: Question | BoundQuestion) -> Answered:
        """A question with its answer."""
        from vtsc.commands.gate import answered  # loads the solver

        (found,) = answered(replace(self.manifest, checks=(), questions=(question,)), self.jobs)
        return found

    def told(self, judged: Judged) -> str:
        """What ``vtsc verify`` would say of a cell."""
        from vtsc.report import Report
        from vtsc.report.screen import columns
        from vtsc.report.text.verdicts import told

        with columns():
            return told(Report(self.manifest.content, [judged]))


def _case(check: Check) -> tuple[object, ...]:
    """The case that a cell belongs to, at its depth."""
    return check.cell.design, check.cell.host, check.cell.settings, check.depth


def _is_worker(config: pytest.Config) -> bool:
    """Whether this process runs tests beside others, for pytest-xdist."""
    return hasattr(config, "workerinput")


def _parameters(changed: Mapping[str, int | str]) -> str:
    return ",".join(f"{name}={value}" for name, value in changed.items())
