"""``vtsc watch FILE``: decide the cells of a design in a file of its own again at each save.

A save of a file of the model or of the properties counts as well: all of them are read anew then.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import BadFileError, Exit, UsageError, VtscError
from vtsc.base.watching import contents
from vtsc.commands.options import add_choice, add_depth, add_jobs
from vtsc.commands.selection import selected
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.content.loader import find_root, load, sources, unload
from vtsc.deciding.plan import effort
from vtsc.deciding.schedule import Asked, Schedule
from vtsc.deciding.verdict import Result
from vtsc.report.progress import shown
from vtsc.report.screen import complain, flush, is_read, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file, the cells, and the options for deciding them, to a parser."""
    parser.epilog = (
        "It ends with Ctrl-C, exit status 130; a file that cannot be used is told in one line."
    )
    parser.add_argument("file", metavar="FILE", help="a Python file with a design of its own")
    add_choice(parser)
    add_depth(parser, DEFAULT_DEPTH)
    parser.add_argument("--bounded", action="store_true", help="search only; try no proof")
    add_jobs(parser)


def run(arguments: argparse.Namespace, wait: Callable[[float], object] = time.sleep) -> Exit:
    """Decide at once and after each save, until Ctrl-C is pressed or nobody reads the results any more.

    ``wait`` is called between two looks at the file. Raises `BadFileError` where there is no such file, and
    `UsageError` for cells that cannot be asked for.
    """
    path, before = Path(arguments.file), _Before()
    if not path.is_file():
        raise BadFileError(f"{path}: not a file" if path.exists() else f"{path}: no such file")
    say(f"watching {path}; Ctrl-C ends")

    def looking(seconds: float) -> None:
        if not is_read(sys.stdout):
            raise BrokenPipeError
        flush(sys.stdout)
        wait(seconds)

    def beside() -> list[Path]:
        return sources(root)

    root = find_root(arguments.root)
    for content in contents(path, looking, beside):
        if content is None and not path.exists():
            complain(f"vtsc: {path}: not there; waiting until it is saved again")
        else:
            _again(arguments, before)
    return Exit.OK


class _Before:
    """The design's digest and the results of the last time that it was decided."""

    digest = ""
    loaded: tuple[tuple[Path, bytes], ...] | None = None
    """The files of the model and of the properties as they were loaded last."""
    results: tuple[Result, ...] = ()


def _again(arguments: argparse.Namespace, before: _Before) -> None:
    """Decide the file as it is now, and tell what changed; an error is told, and ends nothing."""
    try:
        _read_anew(find_root(arguments.root), before)
        content = load(arguments.root, arguments.file)
        if content.digest == before.digest:
            say("saved; what is executed is the same")
            return
        results = _decided(content, arguments)
    except UsageError as error:
        if not before.digest:
            raise
        complain(f"vtsc: {error}")
    except (VtscError, RuntimeError) as error:  # the latter where a worker died
        complain(f"vtsc: {' '.join(str(error).split())}")
    else:
        from vtsc.report.text.changes import changes

        say(changes(content, before.results, results))
        before.digest, before.results = content.digest, results


def _read_anew(root: Path, before: _Before) -> None:
    """Have the model and the properties read anew if a file of them changed since they were loaded."""
    files = tuple((path, path.read_bytes()) for path in sources(root) if path.is_file())
    if before.loaded is not None and files != before.loaded:
        unload(root)
    before.loaded = files


def _decided(content: Content, arguments: argparse.Namespace) -> tuple[Result, ...]:
    """The results of all cells, in order."""
    asked = [
        Asked(Case(content, g.design, g.host, g.settings), g.properties, arguments.depth)
        for g in selected(content, arguments)
    ]
    much = effort(prove=False, bounded=arguments.bounded)
    decided = Schedule(asked, much, arguments.jobs).results(shown)
    return tuple(result for of_case in decided for result in of_case)
