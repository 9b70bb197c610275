"""Finds lines by running again: the first that changes something, and that by which a function returned."""

import ast
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from vtsc.base.errors import UnkeptError
from vtsc.base.lines import Line, text_of
from vtsc.stores.writers import module_of, package

Trace = Callable[[FrameType, str, Any], Any]


@contextmanager
def _tracing(trace: Trace) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def first_change(
    run: Callable[[], object], watch: Callable[[], object], packages: Collection[str]
) -> Line | None:
    """The line of these packages after which ``watch`` first returns another value; None without one."""
    seen, latest, found = watch(), None, None

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal latest, found
        if package(module_of(frame)) not in packages:
            return None
        if found is None and watch() != seen:
            found = latest
        if event == "line" and found is None:
            latest = (frame.f_code.co_filename, frame.f_lineno)
        return trace

    with _tracing(trace), suppress(Exception):  # other errors are reported elsewhere
        run()
    return found if found or watch() == seen else latest


@dataclass
class _Way:
    """The lines that one call of a function executed, and how the last call that it made returned."""

    function: str
    lines: list[Line] = field(default_factory=list)
    overridden: "list[_Way]" = field(default_factory=list)
    """Calls that it made of functions of the same name."""
    called: "_Way | None" = None


def told(error: UnkeptError, again: Callable[[], object]) -> UnkeptError:
    """``error`` with the line of the return after which it arose and the conditions on the way there.

    ``again`` runs the same once more, and raises such an error where it first arises.
    """
    ways: dict[FrameType, _Way] = {}

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        if frame not in ways:
            ways[frame] = _Way(frame.f_code.co_name)
        way = ways[frame]
        if event in ("line", "return"):
            way.lines.append((frame.f_code.co_filename, frame.f_lineno))
        caller = ways.get(frame.f_back) if event == "return" and frame.f_back else None
        if caller is not None and package(module_of(frame)) != "vtsc":
            caller.called = way
            if caller.function == way.function:
                caller.overridden.append(way)
        return trace

    found: UnkeptError | None = None
    with _tracing(trace):
        try:
            again()
        except UnkeptError as same:
            found = same
    way = _stating(found, ways) if found is not None else None
    if way is None or way.called is None:
        return error
    return _told(error, way.called)


def _stating(error: UnkeptError, ways: dict[FrameType, _Way]) -> _Way | None:
    """The call that states the condition: the innermost one of content in the error's traceback."""
    place, found = error.__traceback__, None
    while place is not None:
        if package(module_of(place.tb_frame)) != "vtsc":
            found = ways.get(place.tb_frame, found)
        place = place.tb_next
    return found


def _told(error: UnkeptError, way: _Way) -> UnkeptError:
    conditions = dict.fromkeys(
        text for each in (*way.overridden, way) for text in _conditions(each)
    )
    where = f" with {', '.join(conditions)}" if conditions else ""
    complete = UnkeptError(f"{way.function} returns here{where}, and it does not hold that {error}")
    complete.line = way.lines[-1]
    return complete


def _conditions(way: _Way) -> Iterator[str]:
    """The conditions that decided a call's way, as its source states them."""
    branches = _branches(way.lines[0][0])
    for line, following in zip(way.lines, way.lines[1:], strict=False):
        branch = branches.get(line[1])
        if branch is not None and line[1] != following[1]:
            taken = branch.body[0].lineno <= following[1] <= (branch.body[-1].end_lineno or 0)
            yield f"{'' if taken else 'not '}`{ast.unparse(branch.test)}`"


def _branches(file: str) -> dict[int, ast.If]:
    """The `if` statements of a file by their lines."""
    try:
        tree = ast.parse("".join(text_of(file)))
    except SyntaxError:
        return {}
    return {node.lineno: node for node in ast.walk(tree) if isinstance(node, ast.If)}
