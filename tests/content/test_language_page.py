"""The page that says what a design may be written with: every row of it is so."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

import vtsc.language
from tests.support.arithmetics import agreement, holds
from tests.support.paths import ROOT
from tests.support.sampling import sampled
from vtsc.base.errors import BadFileError
from vtsc.content.syntax import check
from vtsc.language.words import INPUT_LIMIT, MASK, MODULUS, SIGN
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.solver.integers import GuardedLowering, Lowering
from vtsc.solver.vectors import VectorLowering
from vtsc.symbolic.paths import explore
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Truth, Word, lift_truth, lift_word
from vtsc.system.watched import merged

PAGE = (ROOT / "docs/language.md").read_text(encoding="utf-8")
WORDS = {name: getattr(vtsc.language, name) for name in vtsc.language.__all__}

STATE = """
from vtsc.language import Record, State, counter, flag, index
UPDATE = "update"
class Vcpu(Record):
    tsc_offset: int = counter("", "")
    loaded: bool = flag("")
    update: bool = flag("")
    cpu: int = index("", -1, lo=-1, hi=1)
    def __init__(self, number: int, vm: object) -> None:
        super().__init__()
        self.number, self.vm = number, vm
    def request(self, bit: str) -> None:
        setattr(self, bit, True)
class Host:
    def __init__(self) -> None:
        self.inputs = None
class Vm(Record):
    def __init__(self) -> None:
        super().__init__()
        self.vcpus = [Vcpu(0, self)]
"""
HEAD = (
    f"from vtsc.language import {', '.join(sorted(WORDS))}\nfrom model.state import UPDATE, Vcpu\n"
)
PARTIAL = "from functools import partial\n"
PARAMETERS = "self, vcpu, cpu, host, ghosts, moved, a, b, n, m, f, g"
RULE = f"""{HEAD}
class Base:
    def helper(self, vcpu: Vcpu) -> None:
        pass
class Design(Base):
    def __init__(self, settings: object) -> None:
        self.settings = settings
    def load({PARAMETERS}):
"""
FRAME = f"""{HEAD}{PARTIAL}
class Base:
    def helper(self, vcpu: Vcpu) -> None:
        pass
class Whole(Base):
    def __init__(self, settings: object) -> None:
        self.settings = settings
    def perform({PARAMETERS}):
"""

CUT: dict[str, Callable[..., int | bool]] = {
    "a + b": lambda a, b, **_: (a + b) % MODULUS,
    "a - b": lambda a, b, **_: (a - b) % MODULUS,
    "(s64)(a - b)": lambda a, b, **_: a - b,
    "-n": lambda n, **_: -n % MODULUS,
    "n * 3": lambda n, **_: n * 3 % MODULUS,
    "n << 3": lambda n, **_: n * 8 % MODULUS,
    "n >> 3": lambda n, **_: n // 8,
    "(s64)(a - b) >> 3": lambda a, b, **_: (a - b) // 8,
    "n / 10": lambda n, **_: n // 10,
    "n % 10": lambda n, **_: n % 10,
    "(s64)(a - b) / 10": lambda a, b, **_: (abs(a - b) // 10) * (1 if a > b else -1),
    "(s64)(a - b) % 10": lambda a, b, **_: (abs(a - b) % 10) * (1 if a > b else -1),
    "n & 0xff": lambda n, **_: n % 256,
    "n & 0xff00ff": lambda n, **_: n % 2**24 - n % 2**16 + n % 256,
    "n & ~0xfffULL": lambda n, **_: n // 4096 * 4096,
    "n | 5": lambda n, **_: n + (0 if n % 2 else 1) + (0 if n // 4 % 2 else 4),
    "n ^ 5": lambda n, **_: n + (-1 if n % 2 else 1) + (-4 if n // 4 % 2 else 4),
    "(u32)n": lambda n, **_: n % 2**32,
    "(s32)n": lambda n, **_: n % 2**32 - (2**32 if n // 2**31 % 2 else 0),
    "abs64((s64)(a - b))": lambda a, b, **_: a - b if a > b else b - a,
    "min(n, m)": lambda n, m, **_: n if n < m else m,
    "max(n, m)": lambda n, m, **_: m if n < m else n,
    "a < b": lambda a, b, **_: a < b,
    "n <= m": lambda n, m, **_: n <= m,
    "n < a + b": lambda n, a, b, **_: n < (a + b) % MODULUS,
    "(s64)(a - b) < -5": lambda a, b, **_: a + 5 < b,
    "n == m": lambda n, m, **_: n == m,
    "n + a == m": lambda n, a, m, **_: (n + a) % MODULUS == m,
    "n ? 1 : 0": lambda n, **_: 0 if n == 0 else 1,
    "a - b ? 1 : 0": lambda a, b, **_: 0 if a == b else 1,
    "!n": lambda n, **_: n == 0,
    "n && f": lambda n, f, **_: f if n else False,
    "f && g": lambda f, g, **_: f and g,
    "f || g": lambda f, g, **_: f or g,
    "f & g": lambda f, g, **_: f and g,
    "f | g": lambda f, g, **_: f or g,
    "f ^ g": lambda f, g, **_: f != g,
    "!f": lambda f, **_: not f,
    "f == g": lambda f, g, **_: f == g,
    "f + g": lambda f, g, **_: [f, g].count(True),
    "f ? a : b": lambda f, a, b, **_: a if f else b,
    "0 < n && n <= 9": lambda n, **_: n in range(1, 10),
    "n == 1 || n == 2": lambda n, **_: n in range(1, 3),
    "a difference of times": lambda a, b, **_: a < b,
}
"""What C makes of each row, in other words: unsigned words wrap, a quotient is rounded towards 0."""


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, as they are read."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in lines]
    return [[cell.replace("\\|", "|") for cell in row] for row in cells]


def code(cell: str) -> str:
    """The code in a cell, a line for each piece of it."""
    return "\n".join(re.findall(r"`([^`]+)`", cell)) or cell


def refusal(folder: Path, text: str, rule: bool) -> str:
    """What is said of statements in a rule, or in the frame; empty where they are accepted."""
    for name in ("model/designs", "properties"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "model/state.py").write_text(STATE, encoding="utf-8")
    body = "".join(f"        {line}\n" for line in text.splitlines())
    idle = "        self.load(vcpu)\n"
    design = folder / "model/designs/own.py"
    design.write_text(RULE + (body if rule else "        pass\n"), encoding="utf-8")
    machine = folder / "model/machine.py"
    machine.write_text(FRAME + idle + ("" if rule else body), encoding="utf-8")
    try:
        check(folder)
    except BadFileError as error:
        assert str(error).startswith("model/designs/own.py:" if rule else "model/machine.py:")
        return str(error)
    return ""


NUMBERS = rows("Numbers")
STATEMENTS = rows("Statements")
REFUSED = rows("Not on the list")


def test_the_tables_are_there():
    """Nothing below is tested on an empty table."""
    assert (len(NUMBERS), len(STATEMENTS), len(REFUSED)) >= (40, 25, 40)
    assert {code(row[0]) for row in NUMBERS} == CUT.keys()


@pytest.mark.slow
@pytest.mark.parametrize("row", [*NUMBERS, *STATEMENTS], ids=lambda row: code(row[1]))
def test_a_row_is_allowed_where_it_says(tmp_path, row):
    """In the kinds of code that it names, and in no other."""
    text, where = code(row[1]), row[2]
    text = f"x = {text}" if row in NUMBERS else text
    assert where in ("rules, frame", "frame")
    assert refusal(tmp_path, text, rule=False) == ""
    assert (refusal(tmp_path, text, rule=True) == "") == (where == "rules, frame")


@pytest.mark.slow
@pytest.mark.parametrize("row", REFUSED, ids=lambda row: code(row[0]))
def test_what_is_not_on_the_list_is_refused(tmp_path, row):
    """What stands beside it is accepted."""
    assert refusal(tmp_path, code(row[0]), rule=True)
    assert refusal(tmp_path, code(row[1]), rule=True) == ""


def edges(random: Random) -> dict[str, int | bool]:
    """Values at the ends of the ranges of the letters."""
    inputs = (1, 2, 10, 1 << 32, INPUT_LIMIT - 1)
    counters = (0, 1, 4, 9, (1 << 31) + 5, SIGN - 1, SIGN, MASK - 5, MASK)
    near = random.random() < 0.3
    a, n = random.choice(inputs), random.choice(counters)
    flags = {"f": random.random() < 0.5, "g": random.random() < 0.5}
    b, m = (a, n) if near else (random.choice(inputs), random.choice(counters))
    return {"a": a, "b": b, "n": n, "m": m, **flags}


def unknowns(arena: Arena) -> dict[str, Any]:
    """The letters as symbols."""
    words = {x: Word(arena, arena.variable(x, 1, INPUT_LIMIT - 1)) for x in "ab"}
    counters = {
        x: Word(arena, arena.variable(x, None, None, residue=True), residue=True) for x in "nm"
    }
    return {**words, **counters, **{x: Truth(arena, arena.flag(x)) for x in "fg"}}


@pytest.mark.slow
@sampled(2, "row", NUMBERS, ids=lambda row: code(row[1]))
def test_a_row_has_one_meaning(row):
    """On edge values it is what C makes of it: natively, over integers and over vectors.

    Over integers a counter is any integer of its class.
    """
    arena, random = Arena(), Random(code(row[1]))
    compiled, letters = compile(code(row[1]), "row", "eval"), unknowns(arena)

    def run() -> dict[str, Any]:
        value = eval(compiled, {**WORDS, **letters})
        if isinstance(value, Truth | bool):
            return {"": Truth(arena, lift_truth(arena, value))}
        return {"": lift_word(arena, value)}

    legal, found = merged(arena, explore(arena, run, SolverFeasibility(arena)))
    assert legal is arena.true
    for _ in range(8):
        given = edges(random)
        expected = eval(compiled, {**WORDS, **given})
        assert expected == CUT[code(row[0])](**given), given
        asked = judged(arena, found[""], expected)
        shifts = {x: given[x] + MODULUS * random.randint(-2, 2) for x in "nm"}
        assert holds(Lowering, {**given, **shifts}, asked), given
        assert holds(GuardedLowering, {**given, **shifts}, asked), given
        assert holds(VectorLowering, given, asked), given
        wrong = judged(arena, found[""], expected + 1 if type(expected) is int else not expected)
        assert not holds(VectorLowering, given, wrong)


def judged(arena: Arena, found: Any, expected: int | bool) -> Any:
    """That the symbolic result is the expected one."""
    if isinstance(found, Truth):
        return agreement(arena, lift_word(arena, 0), found, (0, bool(expected)))
    return agreement(arena, found, Truth(arena, arena.true), (expected, True))
