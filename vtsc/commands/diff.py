"""``vtsc diff OLD NEW``: what a change of a design changes, for an observer and in the verdicts."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import Exit, UsageError, VtscError, worst
from vtsc.base.files import check_folder
from vtsc.base.parallel import in_order
from vtsc.commands.bound import measuring
from vtsc.commands.options import ERRORS, REPEATED, add_choice, add_depth, add_formats, add_jobs
from vtsc.content.case import Case
from vtsc.content.cells import Group, askable, groups
from vtsc.content.content import Content, known
from vtsc.content.loader import load
from vtsc.deciding.bound import Bound, bounds
from vtsc.deciding.changes import Change
from vtsc.deciding.pairs import Difference, Kind, difference
from vtsc.deciding.plan import effort
from vtsc.deciding.schedule import Asked, Schedule
from vtsc.evidence.places import named
from vtsc.language.parameters import assignments
from vtsc.report.diff import FORMATS, Compared, Diff
from vtsc.report.outputs import deliver, one_of, outputs
from vtsc.report.progress import shown

STATUSES = (
    "exit status: 0 nobody can tell the two apart, and no verdict got worse; 10 they differ, or a "
    f"property is newly violated; 20 not known, only bounded, or they part; {ERRORS}"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two designs, the cells, and the options for reporting."""
    parser.epilog = STATUSES
    parser.add_argument(
        "designs", nargs="*", default=[], metavar="OLD NEW", help="names, or files that end in .py"
    )
    parser.add_argument(
        "--design", **REPEATED, metavar="FILE", help="a design in a file of its own, after those"
    )
    add_choice(parser)
    parser.add_argument(
        "--runs-only", action="store_true", help="compare runs, and decide no properties"
    )
    parser.add_argument(
        "--measure", **REPEATED, metavar="MEASURE", help="compare the bounds of a measure, too"
    )
    add_depth(parser, DEFAULT_DEPTH)
    parser.add_argument("--bounded", action="store_true", help="the same to the depth is enough")
    add_formats(parser, [*FORMATS])
    parser.add_argument("--save", metavar="DIR", help="save both runs of each difference here")
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 where nothing gets worse or different, else 10, 20, or the status of an error."""
    sides = _sides(arguments)
    if arguments.runs_only and arguments.property:
        raise UsageError("-p and --runs-only exclude each other")
    measures = {m: measuring(sides[0][0], m, []) for m in dict.fromkeys(arguments.measure)}
    asked_for = outputs(arguments, one_of(FORMATS))
    if arguments.save:
        check_folder(Path(arguments.save))
    cells = [] if arguments.runs_only else _cells(sides, arguments)
    cases = [_cases(content, name, arguments) for content, name in sides]
    pairs = list(zip(*cases, strict=True))
    found = _compared(pairs, arguments)
    changed = _changes(cells, arguments)
    contents, names = zip(*sides, strict=True)
    compared = [Compared(old, new, each) for (old, new), each in zip(pairs, found, strict=True)]
    greatest = _bounds(sides, [*measures.values()], arguments)
    given = Diff(compared, changed, greatest, (contents[0], contents[1]), (names[0], names[1]))
    deliver(asked_for, lambda name: FORMATS[name](given))
    if arguments.save:
        _save(compared, Path(arguments.save))
    statuses = [_status(each, arguments.bounded) for each in found]
    statuses += [x.exit for pair in greatest for x in pair if x.exit not in (Exit.OK, Exit.UNKNOWN)]
    return worst([*statuses, *(change.status for change in changed)])


def _sides(arguments: argparse.Namespace) -> list[tuple[Content, str]]:
    """The contents and the names of the two designs."""
    asked = [*arguments.designs, *arguments.design]
    if len(asked) != 2:
        raise UsageError(f"vtsc diff compares two designs, OLD and NEW: {len(asked)} are given")
    found = []
    for number, name in enumerate(asked):
        is_file = number >= len(arguments.designs) or name.endswith(".py")
        content = load(arguments.root, name if is_file else None, beside=True)
        if is_file:
            assert content.own is not None
            name = content.own.name
        found.append((content, known("design", name, content.model.designs)))
    return found


def _hosts(content: Content, arguments: argparse.Namespace) -> list[str]:
    asked = [known("host", host, content.model.hosts) for host in dict.fromkeys(arguments.host)]
    return asked or list(content.model.hosts)


def _cases(content: Content, design: str, arguments: argparse.Namespace) -> list[Case]:
    """The design's case on each host."""
    settings = content.resolve(design, None, assignments(arguments.set))
    return [Case(content, design, host, settings) for host in _hosts(content, arguments)]


def _compared(pairs: Sequence[tuple[Case, ...]], arguments: argparse.Namespace) -> list[Difference]:
    """What is known of each pair; raises the first error."""

    def work(pair: tuple[Case, ...]) -> Difference | VtscError:
        old, new = pair
        try:
            return difference(old, new, arguments.depth)
        except VtscError as error:
            return error  # a worker does not raise

    found = []
    for each in in_order(pairs, work, arguments.jobs):
        if isinstance(each, VtscError):
            raise each
        found.append(each)
    return found


def _cells(sides: Sequence[tuple[Content, str]], arguments: argparse.Namespace) -> list[Asked]:
    """The cells of both designs, first all of the old one."""
    given = assignments(arguments.set)
    fits = [askable(content, [name], given) for content, name in sides]
    both = [prop for prop in fits[0] if prop in fits[1]]
    return [
        Asked(Case(content, g.design, g.host, g.settings), g.properties, arguments.depth)
        for content, name in sides
        for g in _groups(content, name, arguments, both)
    ]


def _changes(cells: Sequence[Asked], arguments: argparse.Namespace) -> list[Change]:
    """The verdicts of both designs, cell by cell."""
    if not cells:
        return []
    much = effort(prove=False, bounded=arguments.bounded)
    results = Schedule(cells, much, arguments.jobs).results(shown)
    flat = [result for of_case in results for result in of_case]
    half = len(flat) // 2
    return [Change(old, new) for old, new in zip(flat[:half], flat[half:], strict=True)]


def _bounds(
    sides: Sequence[tuple[Content, str]],
    measures: Sequence[tuple[str, int]],
    arguments: argparse.Namespace,
) -> list[tuple[Bound, Bound]]:
    """The greatest values of measures for both designs, host by host."""
    given = assignments(arguments.set)
    asked = [
        (Case(content, name, host, content.resolve(name, prop, given)), prop, sign)
        for prop, sign in measures
        for host in _hosts(sides[0][0], arguments)
        for content, name in sides
    ]
    found = bounds(asked, arguments.depth, arguments.jobs, shown) if asked else []
    return list(zip(found[::2], found[1::2], strict=True))


def _groups(
    content: Content, design: str, arguments: argparse.Namespace, usual: Sequence[str]
) -> list[Group]:
    names = [known("property", p, content.properties) for p in dict.fromkeys(arguments.property)]
    given = assignments(arguments.set)
    hosts = _hosts(content, arguments)
    return groups(content, [design], hosts, names or usual, given)


def _status(found: Difference, bounded: bool) -> Exit:
    if found.kind is Kind.DIFFERS:
        return Exit.VIOLATED
    fine = found.kind is Kind.SAME or (found.kind is Kind.BOUNDED and bounded)
    return Exit.OK if fine else Exit.UNKNOWN


def _save(compared: Sequence[Compared], folder: Path) -> None:
    """Save the two runs of each difference, each as a trace of its own design."""
    for each in compared:
        for word, case, trace in zip(
            ("old", "new"), (each.old, each.new), each.found.traces, strict=True
        ):
            if trace is not None:
                pair = f"{each.old.design}.{each.new.design}.{case.host}.{word}"
                own = case.content.changed(case.design, None, case.settings)
                trace.save(folder / f"{named(pair, own)}.json")
