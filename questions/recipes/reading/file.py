"""Reads a recipe, a TOML file; a mistake in it is a `BadFileError` of one line that names file and line."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from model.today import rules_named
from questions.recipes.reading.calls import ACTS, CALLS
from questions.recipes.reading.expects import expected
from questions.recipes.reading.lives import check_lives
from questions.recipes.reading.places import Places
from questions.recipes.reading.steps import read_step
from questions.recipes.reading.tree import Delay, Expected, Mistake, Step, Text
from questions.recipes.reading.uses import (
    arms_timer,
    check_uses,
    never_created,
)
from questions.recipes.reading.values import UNITS, delay, signed
from questions.recipes.reading.wants import PAUSE, told, want
from vtsc.base.errors import UsageError
from vtsc.base.spelling import near
from vtsc.base.toml_lines import TomlFile
from vtsc.symbolic.names import INPUTS_TAKEN

SECTIONS = ("save", "restore", "reset", "resume")
KEYS = (
    "title", "mirrors", "source", "note", "vcpus", "parked", "guest", "rules", "want", "delays", "save",
    "gap", "restore", "reset", "resume", "elapsed", "expect",
)  # fmt: skip
MOST_VCPUS = 16
USUAL_CALL = Delay(0, 50 * UNITS["ms"])
USUAL_GAP = Delay(0, UNITS["h"])
USUAL_UPTIME = Delay(10 * UNITS["s"], 1000 * UNITS["h"])
GUEST = ("uptime", "kvmclock", "reference", "wall_step")
NAMED = {"gap", "uptime", *ACTS, *(name.removeprefix("KVM_") for name in CALLS)}
"""The names that delays have of their own."""
Got = TypeVar("Got")


def read_file(path: Path, shown: str, vcpus: int | None = None) -> tuple[Text, ...]:
    """The recipe at ``path``, called ``shown`` in messages: one for each variant, or the one.

    ``vcpus``: how many vCPUs there are, whatever the file says; of another number nothing is expected.
    """
    file = TomlFile(path, shown)
    variants = file.document.pop("variant", None)
    if variants is None:
        return (_Reader(file, file.document, None, vcpus).text(path.stem),)
    line = file.top("variant")
    if (
        not isinstance(variants, list)
        or not variants
        or not all(isinstance(x, dict) for x in variants)
    ):
        raise file.fail(line, "variant: expected tables, [[variant]]")
    found: list[Text] = []
    for number, own in enumerate(variants):
        name = own.pop("name", None)
        if not isinstance(name, str) or not re.fullmatch(r"[\w.-]+", name):
            at = file.table("variant", number)
            raise file.fail(at, 'variant: expected a name of one word, such as name = "before"')
        if name in [each.name.partition("/")[2] for each in found]:
            raise file.fail(file.key("variant", number, "name"), f"variant {name} is there twice")
        whole = {**file.document, **own}
        reader = _Reader(file, whole, (number, frozenset(own)), vcpus)
        found.append(reader.text(f"{path.stem}/{name}"))
    return tuple(found)


class _Reader:
    """Reads one variant of a file. ``own``: the variant's number, and the keys that it replaces."""

    def __init__(
        self,
        file: TomlFile,
        document: Mapping[str, Any],
        own: tuple[int, frozenset[str]] | None,
        vcpus: int | None,
    ) -> None:
        self._document = document
        self._places = Places(file, own)
        self._vcpus = vcpus

    def text(self, name: str) -> Text:
        """The recipe."""
        for key in self._document:
            if key not in KEYS:
                self._fail(key, f"unknown key {key}: {near(key, list(KEYS), 'docs/recipes.md')}")
        usual = self._number_of_vcpus()
        vcpus = self._vcpus or usual
        named = self._delays()
        sections = {
            key: self._section(key, vcpus, named) for key in SECTIONS if key in self._document
        }
        if not sections:
            raise self._places.file.fail(1, f"no steps: expected a list {', '.join(SECTIONS)}")
        if "gap" in self._document and "save" not in sections:
            self._fail("gap", "gap: expected only between save and another section")
        parked = self._parked(vcpus)
        if len(parked) == vcpus:
            self._fail("parked", "parked: expected a vCPU that is not parked, and runs")
        for step, mistake in (*check_uses(sections), *check_lives(sections, vcpus, parked)):
            raise self._places.file.fail(step.line, f"{mistake}")
        for v in never_created(sections, vcpus):
            self._fail("restore", f"restore: nothing creates v{v}; expected v{v}: KVM_CREATE_VCPU")
        elapsed, gap, uptime, assumed = self._waiting(named, sections)
        return Text(
            file=self._places.file.shown,
            name=name,
            title=self._words("title"),
            mirrors=self._list("mirrors"),
            source=self._list("source"),
            vcpus=vcpus,
            uptime=uptime,
            guest=self._guest(),
            parked=parked,
            rules=self._rules(),
            want=self._want(sections),
            sections=sections,
            gap=gap,
            elapsed=elapsed,
            expect=self._expect() if vcpus == usual else {},
            assumed=assumed,
        )

    def _fail(self, key: str, what: str, inner: str = "") -> None:
        raise self._places.file.fail(self._places.key(key, inner), what)

    def _try(self, key: str, inner: str, make: Callable[[], Got]) -> Got:
        """What is made; a mistake is told with the line of ``inner`` below ``key``."""
        try:
            return make()
        except Mistake as mistake:
            raise self._places.file.fail(self._places.key(key, inner), f"{mistake}") from None

    def _words(self, key: str) -> str:
        given = self._document.get(key)
        if not isinstance(given, str) or not given.strip():
            raise self._places.file.fail(self._places.key(key), f"{key}: expected a text")
        return " ".join(given.split())

    def _list(self, key: str) -> tuple[str, ...]:
        """A text, or a list of texts; there need be none."""
        given = self._document.get(key, [])
        texts = [given] if isinstance(given, str) else given
        if not isinstance(texts, list) or not all(isinstance(x, str) and x for x in texts):
            self._fail(key, f"{key}: expected a text or a list of texts")
        return tuple(texts)

    def _table(self, key: str, known: Sequence[str] | None) -> Mapping[str, Any]:
        given = self._document.get(key, {})
        if not isinstance(given, dict):
            self._fail(key, f"{key}: expected a table")
        for name in given if known is not None else ():
            if name not in (known or ()):
                self._fail(key, f"{key}: unknown key {name}: {near(name, list(known or ()))}", name)
        table: Mapping[str, Any] = given
        return table

    def _number_of_vcpus(self) -> int:
        given = self._document.get("vcpus", 2)
        if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= MOST_VCPUS:
            self._fail("vcpus", f"vcpus = {told(given)}: expected a number from 1 to {MOST_VCPUS}")
        number: int = given
        return number

    def _delays(self) -> Mapping[str, Delay]:
        """The delays that have names."""
        found = {}
        for name, given in self._table("delays", None).items():
            if not name.isidentifier() or INPUTS_TAKEN.fullmatch(name):
                self._fail("delays", f"delays: {name}: expected another name", name)
            if name in NAMED:
                self._fail(
                    "delays", f"delays: {name}: a report has that name for other delays", name
                )
            made = self._try("delays", name, partial(delay, given, {}))
            found[name] = Delay(made.low, made.high, name)
        return found

    def _section(self, key: str, vcpus: int, named: Mapping[str, Delay]) -> tuple[Step, ...]:
        given = self._document[key]
        if not isinstance(given, list) or not given or not all(isinstance(x, str) for x in given):
            self._fail(key, f"{key}: expected a list of steps, each a text")
        steps = []
        for text, line in zip(given, self._places.items(key, given), strict=True):
            try:
                steps.append(read_step(text, line, vcpus, named))
            except Mistake as mistake:
                raise self._places.file.fail(line, f"{key}: {mistake}") from None
        return tuple(steps)

    def _waiting(
        self, named: Mapping[str, Delay], sections: Mapping[str, Sequence[Step]]
    ) -> tuple[Mapping[str, Delay], Delay, Delay, tuple[str, ...]]:
        """The delays before calls, the gap, the uptime, and which of them the file leaves open."""
        given = self._table("elapsed", None)
        calls = {name for steps in sections.values() for step in steps for name in step.names}
        for name in given:
            if name != "default" and name not in calls:
                what = f"elapsed: no step calls {name}: {near(name, ['default', *sorted(calls)])}"
                self._fail("elapsed", what, name)
        elapsed = {
            name: self._try("elapsed", name, partial(delay, text, named))
            for name, text in given.items()
        }
        assumed = []
        if "default" not in elapsed:
            elapsed["default"] = USUAL_CALL
            assumed.append("0..50ms before each call" + (" of another name" if given else ""))
        gap = USUAL_GAP
        if "gap" in self._document:
            gap = self._try("gap", "", partial(delay, self._document["gap"], named))
            gap = Delay(gap.low, gap.high, gap.name or "gap")
        elif "save" in sections and len(sections) > 1:
            gap = Delay(gap.low, gap.high, "gap")
            assumed.append("gap = 0..1h from save to what follows")
        uptime = USUAL_UPTIME
        if "uptime" in self._table("guest", GUEST):
            text = self._document["guest"]["uptime"]
            uptime = self._try("guest", "uptime", partial(delay, text, named))
        else:
            assumed.append("guest.uptime = 10s..1000h")
        return elapsed, gap, Delay(uptime.low, uptime.high, uptime.name or "uptime"), tuple(assumed)

    def _guest(self) -> Mapping[str, bool | int]:
        found: dict[str, bool | int] = {}
        for name, given in self._table("guest", GUEST).items():
            if name == "wall_step":
                found[name] = self._try("guest", name, partial(signed, str(given)))
            elif name != "uptime" and not isinstance(given, bool):
                self._fail("guest", f"guest: {name} = {told(given)}: expected true or false", name)
            elif name != "uptime":
                found[name] = given
        return found

    def _parked(self, vcpus: int) -> frozenset[int]:
        names = [f"v{number}" for number in range(vcpus)]
        for name in self._list("parked"):
            if name not in names:
                self._fail("parked", f"parked: {name}: expected some of {', '.join(names)}")
        return frozenset(names.index(name) for name in self._list("parked"))

    def _rules(self) -> tuple[str, ...]:
        for text in self._list("rules"):
            try:
                rules_named(text)
            except UsageError as error:
                self._fail("rules", f"{error}")
        return self._list("rules")

    def _want(self, sections: Mapping[str, Sequence[Step]]) -> Mapping[str, object]:
        table = self._table("want", None)
        if all(name == PAUSE or given is False for name, given in table.items()):
            self._fail("want", "want: expected what is to hold, such as { offsets_equal = true }")
        found = {
            name: self._try("want", name, partial(want, name, given))
            for name, given in table.items()
        }
        if found.get("timers", False) is not False and not arms_timer(sections):
            how = "expected a step such as v0: guest: deadline = now + 1s"
            self._fail("want", f"timers: no step arms a timer; {how}", "timers")
        return found

    def _expect(self) -> Mapping[str, Mapping[str, Expected]]:
        found: dict[str, Mapping[str, Expected]] = {}
        wanted = self._document.get("want", {})
        for rules, table in self._table("expect", None).items():
            if not isinstance(table, dict):
                what = f'expect: expected a table for each set of rules, [expect."{rules}"]'
                self._fail("expect", what, rules)
            known = self._list("rules")
            if known and rules not in known:
                self._fail(
                    "expect", f"expect: {rules} is not in rules: {near(rules, [*known])}", rules
                )
            own = {}
            for name, given in table.items():
                line = self._places.key("expect", rules, name)
                try:
                    own[name] = expected(name, given, wanted, line)
                except Mistake as mistake:
                    raise self._places.file.fail(line, f"expect: {mistake}") from None
            found[rules] = own
        return found
