"""Loops in two forms: merging the paths of each turn changes nothing but the number of paths."""

import ast
import os
import sys
from functools import partial
from itertools import product
from textwrap import indent
from typing import Any

import pytest

from tests.support.arithmetics import agreement, holds
from tests.support.loops import LOOPS
from tests.support.sampling import sampled
from vtsc.base.errors import MeaningError
from vtsc.content.turns import EACH, MERGING, Content, Loader, turned
from vtsc.language.state import Record, counter, flag
from vtsc.language.words import apart, each, merging, require
from vtsc.solver.integers import Lowering
from vtsc.symbolic.inputs import Unknowns
from vtsc.symbolic.paths import Anything, explore
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.trees import leaves
from vtsc.symbolic.values import Truth, Word, lift_truth, lift_word
from vtsc.system.watched import merged

THINGS = 3


class Thing(Record):
    """One of the things that loops go over."""

    on: bool = flag("")
    n: int = counter("", "")
    number: int = counter("", "")


class Whole(Record):
    """What all things have in common."""

    total: int = counter("", "")
    any: bool = flag("")


FORKING = ("the one found", "the number of the one found", "maybe none found")
"""Those whose variables cannot be merged: they have one value on each path instead."""
LEAVING = ("break", "return")
"""Those that a turn may leave."""
ASKING = ("a list", "break of an inner loop")
"""Those in which something else asks about each thing."""


def compiled(body: str) -> type:
    """A class whose ``run`` has that body, as a design is loaded."""
    text = "".join(f"        {line}\n" for line in body.splitlines())
    source = (
        "class Above:\n"
        "    def nobody(self):\n        return None\n"
        "    def raised(self, t):\n        t.n += 1 if t.on else 2\n"
        "    def refuse(self, c):\n        require(c)\n"
        "class Below(Above):\n"
        "    def raised(self, t):\n        for u in (t,):\n            if u.on:\n                u.n += 30\n"
        f"    def run(self, things, whole, x):\n{text}"
    )
    space = {MERGING: merging, EACH: each, "require": require}
    exec(compile(turned(ast.parse(source)), "<loops>", "exec"), space)
    made: type = space["Below"]  # type: ignore[assignment]
    return made


def records(ons: Any, ns: Any) -> tuple[list[Thing], Whole]:
    """Things with these flags and numbers, and their whole."""
    whole, things = Whole(), [Thing() for _ in range(THINGS)]
    for i, thing in enumerate(things):
        thing.on, thing.n, thing.number = ons[i], ns[i], i
    return things, whole


def fields(things: list[Thing], whole: Whole) -> dict[str, Any]:
    """What a run leaves."""
    found = {f"{i}.n": t.n for i, t in enumerate(things)}
    return {**found, "total": whole.total, "any": whole.any}


def natively(body: str, ons: tuple[bool, ...], x: int) -> dict[str, int | bool] | None:
    """What a plain run of the text itself leaves; None where it is not legal."""
    things, whole = records(ons, [20, 21, 22])
    try:
        compiled(body)().run(things, whole, x)
    except Exception as error:
        assert type(error).__name__ == "Illegal"
        return None
    return fields(things, whole)


class Counted(Anything):
    """Counts what is asked."""

    asked = 0

    def possible(self, conditions: Any) -> bool:
        """Always."""
        self.asked += 1
        return True


def explored(arena: Arena, body: str, feasibility: Any) -> Any:
    """The tree of a function with that body, run as a piece whose paths are merged."""
    ons = [Truth(arena, arena.flag(f"on{i}")) for i in range(THINGS)]
    ns = [Word(arena, arena.variable(f"n{i}", 0, 99)) for i in range(THINGS)]
    x = Word(arena, arena.variable("x", 0, 99))
    design = compiled(body)()

    def run() -> dict[str, Any]:
        things, whole = records(ons, ns)
        apart(partial(design.run, things, whole, x), whole, *things)
        return fields(things, whole)

    return explore(arena, run, feasibility)


@pytest.mark.slow
@sampled(3, "name", LOOPS)
def test_a_merged_loop_is_the_loop(name):
    """For every choice of flags it leaves what a plain run of the same text leaves, on one path."""
    arena = Arena()
    tree = explored(arena, LOOPS[name], Anything())
    assert len([*leaves(arena, tree)]) == 1
    legal, outcome = merged(arena, tree)
    for *ons, x in product((False, True), (False, True), (False, True), (1, 3)):
        expected = natively(LOOPS[name], tuple(ons), x)
        given = {**{f"on{i}": on for i, on in enumerate(ons)}, "n0": 20, "n1": 21, "n2": 22, "x": x}
        if expected is None:
            assert holds(Lowering, given, arena.negation(legal))
            continue
        assert holds(Lowering, given, legal)
        for field, value in expected.items():
            assert holds(Lowering, given, is_it(arena, outcome[field], value)), (field, given)


def is_it(arena: Arena, found: Any, value: int | bool) -> Any:
    """That a field has a value."""
    if isinstance(value, bool):
        truth = Truth(arena, lift_truth(arena, found))
        return agreement(arena, lift_word(arena, 0), truth, (0, value))
    return agreement(arena, lift_word(arena, found), Truth(arena, arena.true), (value, True))


@pytest.mark.parametrize("name", sorted(LOOPS.keys() - {*FORKING, *LEAVING, *ASKING}))
def test_the_paths_of_a_turn_do_not_multiply(monkeypatch, name):
    """Twice as many things take no more than about four times as many questions: loops nest at most twice."""
    asked = []
    for size in (3, 6):
        monkeypatch.setattr("tests.content.test_turns.THINGS", size)
        counted = Counted()
        explored(Arena(), LOOPS[name], counted)
        asked.append(counted.asked)
    assert asked[1] <= 5 * asked[0]


@pytest.mark.parametrize("name", LEAVING)
def test_a_loop_that_a_turn_may_leave_is_as_written(name):
    """It has one form only."""
    body = indent(LOOPS[name], "    ")
    tree = turned(ast.parse(f"def run(things, whole, x):\n{body}"))
    assert MERGING not in ast.unparse(tree)


LEFT = {
    "a variable": "for t in things:\n    if t.on:\n        size = 3\n    whole.total = size",
    "an attribute": (
        "for t in things:\n"
        "    if t.on:\n        whole.size = 3\n    else:\n        whole.total = whole.size"
    ),
}
"""What one path leaves, and the other asks for."""


@pytest.mark.parametrize("name", LEFT)
def test_what_one_path_assigns_first_no_other_has(name):
    """Asking for it there is an error, as it is in a plain run."""
    with pytest.raises((NameError, AttributeError), match="size"):
        explored(Arena(), LEFT[name], Anything())


def test_a_plain_run_takes_the_loop_that_is_written(monkeypatch):
    """Else validation would compare a form with itself."""

    def never(*_: Any) -> None:
        raise AssertionError("the other form was taken")

    monkeypatch.setattr("tests.content.test_turns.each", never)
    assert natively(LOOPS["a count"], (True, False, True), 1) == {
        "0.n": 20, "1.n": 21, "2.n": 22, "total": 2, "any": False,
    }  # fmt: skip


def test_values_of_two_kinds_in_one_field_are_refused():
    """No one value stands for a number and a flag."""
    body = (
        "for t in things:\n    if t.on:\n        whole.any = 5\n    else:\n        whole.any = True"
    )
    with pytest.raises(MeaningError, match=r"\.any is stored to with values of different kinds"):
        explored(Arena(), body, Anything())


def test_what_one_path_stores_no_other_sees():
    """A field that one path of a turn alone stores into has its old value on the others."""
    arena = Arena()
    body = (
        "for t in things:\n"
        "    if t.on:\n        whole.total = 1000\n    else:\n        t.n = whole.total"
    )
    _, outcome = merged(arena, explored(arena, body, Anything()))
    given = {"on0": False, "on1": False, "on2": False, "n0": 20, "n1": 21, "n2": 22, "x": 1}
    assert holds(Lowering, given, is_it(arena, outcome["0.n"], 0))
    assert holds(Lowering, given, is_it(arena, outcome["2.n"], 0))


@pytest.mark.parametrize("size", [1, 2])
def test_an_input_is_asked_for_once_on_each_path(size):
    """On either path of a turn, and not again in the next turn."""
    arena = Arena()
    design = compiled(
        "for t in things:\n"
        "    if t.on:\n        t.n = self.inputs.word('late', 0, 5)\n"
        "    else:\n        t.n = 1 + self.inputs.word('late', 0, 5)"
    )()
    design.inputs = inputs = Unknowns(arena, "", {})
    ons = [Truth(arena, arena.flag(f"on{i}")) for i in range(THINGS)]

    def run() -> dict[str, Any]:
        things, whole = records(ons, [1] * THINGS)
        inputs.begin()
        apart(partial(design.run, things[:size], whole, 1), whole, *things)
        return fields(things, whole)

    if size == 2:
        with pytest.raises(ValueError, match="late is asked for twice"):
            explore(arena, run, Anything())
        return
    _, outcome = merged(arena, explore(arena, run, Anything()))
    assert holds(Lowering, {"on0": True, "late": 3}, is_it(arena, outcome["0.n"], 3))
    assert holds(Lowering, {"on0": False, "late": 3}, is_it(arena, outcome["0.n"], 4))


LOOP = "for t in things:\n    if t.on:\n        "
IN_PLACE = {
    "a list that grows": f"seen = []\n{LOOP}seen += [t]\nwhole.total = len(seen)",
    "a list under another name": (
        f"seen = [0]\nalias = seen\n{LOOP}alias += (1,)\nwhole.total = len(seen)"
    ),
    "a list in a tuple": f"kept = ([], 1)\n{LOOP}kept[0].append(1)\nwhole.total = len(kept[0])",
    "an iterator": f"tokens = iter((5, 7, 9))\n{LOOP}whole.total += next(tokens)",
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_what_is_changed_in_place_is_never_seen_by_another_path(name):
    """The turns of such a loop are not merged; every path does what a plain run does."""
    arena = Arena()
    _, outcome = merged(arena, explored(arena, IN_PLACE[name], Anything()))
    for ons in product((False, True), repeat=THINGS):
        expected = natively(IN_PLACE[name], ons, 0)
        given = {**{f"on{i}": on for i, on in enumerate(ons)}, "n0": 20, "n1": 21, "n2": 22, "x": 1}
        assert expected is not None
        assert holds(Lowering, given, is_it(arena, outcome["total"], expected["total"])), ons


@pytest.mark.parametrize("loader", [Content, Loader])
def test_a_file_is_compiled_once(tmp_path, monkeypatch, loader):
    """Its compiled copy is used as long as the text is the same, whatever its time and size say."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path, found = tmp_path / "numbers.py", []

    class Counting(loader):
        def source_to_code(self, data, path):
            found.append(bytes(data))
            return super().source_to_code(data, path)

    def loaded() -> object:
        space: dict[str, object] = {}
        exec(Counting("numbers", str(path)).get_code("numbers"), space)
        return space["number"]

    path.write_text("number = 1\n")
    known = path.stat()
    assert [loaded(), loaded()] == [1, 1] and len(found) == 1
    path.write_text("number = 2\n")
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert [loaded(), loaded()] == [2, 2] and len(found) == 2
