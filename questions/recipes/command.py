"""``vtsc recipe``: does a VMM save, restore, reset and resume a guest's time in the right order?"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from questions.recipes.reading.file import read_file
from questions.recipes.reading.tree import USUAL, Text
from vtsc.base.errors import BadFileError, Exit, UsageError, worst
from vtsc.base.files import check_folder, write_whole
from vtsc.base.spelling import near
from vtsc.commands.options import add_formats, add_jobs
from vtsc.content.cell_tables import CellTable
from vtsc.content.content import Content
from vtsc.content.loader import find_root
from vtsc.content.question_files import KEYS
from vtsc.content.questions import Question
from vtsc.report.outputs import deliver, one_of, outputs
from vtsc.report.screen import put, say

FOLDER = "recipes"
SUFFIX = ".toml"
FORMATS = ("text", "json", "junit")
MOST_LOGS = 2
STATUSES = (
    "exit status: 0 each verdict is the expected one, or HOLDS where none is; 10 a property fails, or "
    "depends on delays; 11 no run, or no such call in this kernel; 12 an expected failure was not found; "
    "20 unknown; 2 usage; 3 bad file; 71 evidence rejected"
)


gate_keys = KEYS


def gate_questions(content: Content, table: CellTable) -> Iterator[Question]:
    """The questions of a table ``recipe`` of a gate's manifest."""
    from questions.recipes.gate import questions

    return questions(content, table, FOLDER, SUFFIX)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the recipes, and how they are asked about and reported, to a parser."""
    parser.epilog = STATUSES
    said = "a recipe, or its name; default: all of recipes/"
    parser.add_argument("files", nargs="*", metavar="FILE", help=said)
    said = "a rule set, such as 6.18 or 6.6+RU, in place of the recipe's; may be repeated"
    parser.add_argument("--rules", action="append", metavar="RULES", help=said)
    said = "ask about this property only; may be repeated"
    parser.add_argument("-p", "--property", action="append", metavar="PROPERTY", help=said)
    said = "vcpus=N: ask for another number of vCPUs"
    parser.add_argument("--set", action="append", metavar="NAME=VALUE", help=said)
    said = (
        "make a recipe from a recorder's log or a text of strace; a second one is that of restoring"
    )
    parser.add_argument("--from-log", action="append", metavar="LOG", help=said)
    said = "compare a recipe with a log of what a VMM did; a second one is that of restoring"
    parser.add_argument("--against", action="append", metavar="LOG", help=said)
    said = "show the runs for every recipe, and what would help"
    parser.add_argument("--all", action="store_true", help=said)
    _add_live(parser)
    add_formats(parser, FORMATS)
    said = "save each run as a file, and each proof as the questions that a solver answered"
    parser.add_argument("--save", metavar="DIR", help=said)
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Decide the recipes, or make one; return the status that stands for all."""
    asked_for = outputs(arguments, one_of(FORMATS))
    if arguments.from_log:
        put(_made(arguments), arguments.output)
        return Exit.OK
    if arguments.against:
        return _against(arguments)
    if arguments.save:
        check_folder(Path(arguments.save))
    if arguments.live:
        return _live(arguments)
    if arguments.delays or arguments.strict or arguments.no_tracefs:
        raise UsageError("--delays, --strict and --no-tracefs belong to --live")
    texts = chosen(find_root(arguments.root), arguments.files, _vcpus(arguments.set or []))
    rules = tuple(arguments.rules or ())
    for name in rules:
        _check_rules(name)
    texts = _with_properties(texts, arguments.property or [])
    from questions.recipes.asking import Asked, all_answered
    from questions.recipes.documents import json_document, junit, saved
    from questions.recipes.report import text

    full = arguments.all or len({each.file for each in texts}) == 1
    repaired = full and any(each.format == "text" for each in asked_for)
    asked = [Asked(each, rules, tuple(arguments.property or ()), repaired) for each in texts]
    found = all_answered(asked, arguments.jobs)
    if arguments.save:
        for name, content in saved(found).items():
            write_whole(Path(arguments.save, name), content)

    def write(name: str) -> str:
        if name == "text":
            return text(found, full=full)
        return json_document(found) if name == "json" else junit(found)

    deliver(asked_for, write)
    return worst([each.status for each in found])


def _add_live(parser: argparse.ArgumentParser) -> None:
    """Add how recipes are made on the KVM of this host."""
    said = "make the calls on this host's KVM, and compare each observation with the rules"
    parser.add_argument("--live", action="store_true", help=said)
    said = "which delays --live waits for: short ones, or those of a run that fails, or holds"
    parser.add_argument("--delays", choices=("short", "failing", "holding"), help=said)
    said = "with --live: exit status 77 where there is no usable KVM"
    parser.add_argument("--strict", action="store_true", help=said)
    said = "with --live: record no events, even if possible"
    parser.add_argument("--no-tracefs", action="store_true", help=said)
    parser.add_argument("--device", default="/dev/kvm", metavar="FILE", help="default: /dev/kvm")


def _live(arguments: argparse.Namespace) -> Exit:
    """Make recipes on this host; the status is that of `vtsc live`."""
    asked_for = outputs(arguments, one_of(FORMATS))
    rules = arguments.rules or [*USUAL]
    if len(rules) > 1:
        raise UsageError("--live: expected one --rules, since this host has one kernel")
    if any(each.format == "junit" for each in asked_for) or arguments.save:
        raise UsageError("--live: expected the format text or json, and no --save")
    texts = chosen(find_root(arguments.root), arguments.files, _vcpus(arguments.set or []))
    texts = _with_properties(texts, arguments.property or [])
    from conformance.live.report import FORMATS as REPORTS
    from conformance.live.report import status
    from questions.recipes.live import Options, Unusable, live

    recorded = not arguments.no_tracefs
    options = Options(rules[0], arguments.delays or "short", arguments.device, recorded)
    try:
        seen = live(texts, options)
    except Unusable as unusable:
        say(f"recipe: SKIPPED: {unusable}")
        return Exit.SKIPPED if arguments.strict else Exit.OK
    deliver(asked_for, lambda name: REPORTS[name](seen))
    return status(seen)


def _against(arguments: argparse.Namespace) -> Exit:
    """Compare one recipe with logs."""
    from questions.recipes.fitting import script
    from questions.recipes.logs.comparing import compared, report
    from questions.recipes.logs.reading import read_log

    names = arguments.against
    if len(names) > MOST_LOGS or arguments.live:
        raise UsageError("--against: expected one or two logs, and no --live")
    asked_for = outputs(arguments, one_of(("text",)))
    texts = chosen(find_root(arguments.root), arguments.files, _vcpus(arguments.set or []))
    if len(texts) > 1:
        told = ", ".join(each.name for each in texts[:4])
        raise UsageError(f"--against: expected one recipe, such as one of {told}")
    found = compared(script(texts[0]), [read_log(Path(name), name) for name in names])
    deliver(asked_for, lambda _: report(texts[0].name, names, found))
    return found.status


def chosen(root: Path, names: Sequence[str], vcpus: int | None = None) -> list[Text]:
    """The recipes of these names, or all of the root's; raises `UsageError` for a name that is none."""
    known = {path.stem: path for path in sorted((root / FOLDER).glob(f"*{SUFFIX}"))}
    if not names and not known:
        raise UsageError(f"there is no recipe in {root / FOLDER}")
    found: list[Text] = []
    for name in names or known:
        plain, _, variant = name.partition("/")
        path = Path(name)
        if path.suffix == SUFFIX and path.is_file():
            found += read_file(path, name, vcpus)
        elif path.suffix == SUFFIX:
            raise BadFileError(f"{name}: there is no such file")
        elif plain in known:
            found += _variants(read_file(known[plain], f"{FOLDER}/{plain}{SUFFIX}", vcpus), variant)
        elif path.exists():
            raise BadFileError(f"{name}: expected a file whose name ends in {SUFFIX}")
        else:
            raise UsageError(f"no recipe {name}: {near(plain, list(known), 'vtsc recipe')}")
    return found


def _variants(texts: Sequence[Text], variant: str) -> Sequence[Text]:
    names = [text.name.partition("/")[2] for text in texts]
    if variant and variant not in names:
        raise UsageError(f"{texts[0].file} has no variant {variant}: {near(variant, names)}")
    return [t for t, name in zip(texts, names, strict=True) if not variant or name == variant]


def _vcpus(settings: Sequence[str]) -> int | None:
    """The number of vCPUs that the command line asks for."""
    from questions.recipes.reading.file import MOST_VCPUS

    number = None
    for setting in settings:
        name, _, text = setting.partition("=")
        if name != "vcpus":
            raise UsageError(f"--set {setting}: expected vcpus=N, a number of vCPUs")
        number = int(text) if text.isdecimal() else 0
        if not 1 <= number <= MOST_VCPUS:
            raise UsageError(f"--set {setting}: expected a number from 1 to {MOST_VCPUS}")
    return number


def _check_rules(name: str) -> None:
    from model.today import rules_named

    rules_named(name)


def _with_properties(texts: Sequence[Text], names: Sequence[str]) -> list[Text]:
    """The recipes that want one of the properties; a property that none wants is refused."""
    from questions.recipes.properties import PROPERTIES

    for name in names:
        if name not in PROPERTIES:
            raise UsageError(f"no property {name}: {near(name, [*PROPERTIES])}")
    kept = [each for each in texts if not names or {*names} & each.want.keys()]
    if not kept:
        raise UsageError(f"no recipe wants {' or '.join(names)}")
    return kept


def _made(arguments: argparse.Namespace) -> str:
    """The recipe that logs give."""
    from questions.recipes.logs.reading import read_log
    from questions.recipes.logs.writing import recipe

    names = arguments.from_log
    if len(names) > MOST_LOGS or arguments.files:
        raise UsageError(
            "--from-log: expected one log, or one of saving and one of restoring, alone"
        )
    command = " ".join(["vtsc recipe", *(f"--from-log {name}" for name in names)])
    return recipe([read_log(Path(name), name) for name in names], command)
