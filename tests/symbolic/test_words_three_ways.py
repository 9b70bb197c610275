"""One function, three arithmetics: plain integers, Z3 integers and Z3 vectors give one answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from tests.support.arithmetics import agreement, holds
from tests.support.sampling import sampled
from vtsc.language.words import (
    INPUT_LIMIT,
    MASK,
    MODULUS,
    SIGN,
    cdiv,
    cmod,
    s32,
    s64,
    u32,
    u64,
)
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.solver.integers import GuardedLowering, Lowering
from vtsc.solver.vectors import VectorLowering
from vtsc.symbolic.forms import Choice, Condition, walk
from vtsc.symbolic.paths import Anything, explore
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Truth, Word, lift_truth, lift_word
from vtsc.system.watched import merged

SEEDS = range(200, 260)
INPUTS = 2
EDGES = (0, 1, 2, INPUT_LIMIT - 1, SIGN - 1, SIGN, SIGN + 1, MASK - 1, MASK)
DIVISORS = (2, 3, 10, 1 << 32)
MASKS = (1, 0xFF, 0xFFFF_FFFF, 0xF0F, MASK - 0xFFF, MASK)
WORDS = {"u64": u64, "s64": s64, "u32": u32, "s32": s32, "cdiv": cdiv, "cmod": cmod}
KINDS = ("+", "-", "*", "<<", ">>", "//", "%", "&", "|", "^", "abs", "const", *WORDS)


@dataclass
class Author:
    """Writes one random function ``f(a, b, r, flag)`` that returns a word and a truth.

    ``wide``: the locals that may hold what is no representative, so that comparing and dividing them
    needs ``u64`` or ``s64`` first, as it does in a design.
    """

    random: Random
    questions: int = 6
    wide: set[str] = field(default_factory=set)

    def write(self) -> str:
        """The source text."""
        body = ["x, y, z = a, b, r", *self.block(2), self.result()]
        return "\n".join(["def f(a, b, r, flag):", *(f"    {line}" for line in body)])

    def result(self) -> str:
        self.questions += 1
        return f"return {self.word(1)[0]}, {self.question()}"

    def block(self, depth: int) -> list[str]:
        return [line for _ in range(self.random.randint(1, 3)) for line in self.statement(depth)]

    def statement(self, depth: int) -> list[str]:
        if not depth or self.random.random() < 0.3:
            return [self.assignment()]
        test = self.condition(1)
        before = set(self.wide)
        lines = [f"if {test}:", *self.indented(depth - 1)]
        if self.random.random() < 0.25:
            lines.append(f"    {self.result()}")
            self.wide = before
            return lines
        then, self.wide = self.wide, set(before)
        if self.random.random() < 0.5:
            lines += ["else:", *self.indented(depth - 1)]
        self.wide |= then
        return lines

    def indented(self, depth: int) -> list[str]:
        return [f"    {line}" for line in self.block(depth)]

    def assignment(self) -> str:
        name = self.random.choice("xyz")
        text, how = self.word(2)
        if self.random.random() < 0.2:
            other, also = self.word(1)
            how = how if how == also == "u" else "wide"
            text = f"{text} if {self.condition(0)} else {other}"
        (self.wide.discard if how == "u" else self.wide.add)(name)
        return f"{name} = {text}"

    def word(self, depth: int) -> tuple[str, str]:
        """An expression: ``u`` for one in [0, 2^64), ``s`` for a signed cast, ``wide`` for any other."""
        if not depth or self.random.random() < 0.2:
            name = self.random.choice("abrxyz")
            return name, "wide" if name in self.wide else "u"
        kind = self.random.choice(KINDS)
        text, how = self.word(depth - 1)
        if kind in ("+", "-"):
            return f"({text} {kind} {self.word(depth - 1)[0]})", "wide"
        if kind == "const":
            return f"({text} + {self.random.choice((-1, 1, 7, SIGN, -MODULUS))})", "wide"
        if kind in ("u64", "u32", "s64", "s32"):
            return f"{kind}({text})", kind[0]
        if kind == "*":
            return f"({text} * {self.random.choice((-3, -1, 2, 5))})", "wide"
        if kind == "<<":
            return f"({text} << {self.random.choice((1, 7, 32))})", "wide"
        if kind == "&":
            return f"({text} & {self.random.choice(MASKS)})", "u"
        if kind in ("|", "^"):
            return f"({text} {kind} {self.random.choice(MASKS)})", "u" if how == "u" else "wide"
        return self.divided(kind, text, how)

    def divided(self, kind: str, text: str, how: str) -> tuple[str, str]:
        """An operation that depends on the representative."""
        if kind == ">>":
            text, how = self.operand(text, how)
            return f"({text} >> {self.random.choice((1, 7, 32))})", "u" if how == "u" else "wide"
        if kind in ("//", "%"):
            text = text if how == "u" else f"u64({text})"
            return f"({text} {kind} {self.random.choice(DIVISORS)})", "u"
        if not self.questions:
            return text, how
        self.questions -= 1  # it forks, as a question does
        text, how = self.operand(text, how)
        if kind == "abs":
            return f"abs({text})", "u"
        return f"{kind}({text}, {self.random.choice((*DIVISORS, -3))})", "wide"

    def operand(self, text: str, how: str) -> tuple[str, str]:
        """The expression as an operand whose order matters."""
        if how != "wide":
            return text, how
        cast = self.random.choice("us")
        return f"{cast}64({text})", cast

    def question(self) -> str:
        """A comparison, the truth of a word, the flag, or where too many were asked before, a constant."""
        if self.questions == 0:
            return self.random.choice(("True", "False"))
        self.questions -= 1
        kind = self.random.random()
        if kind < 0.15:
            return "flag"
        (left, how), (right, also) = self.operand(*self.word(1)), self.operand(*self.word(1))
        if kind < 0.3:
            return f"bool({left})"
        operator = self.random.choice(("<", "<=", ">", ">=", "==", "!="))
        if operator in ("==", "!=") and how != also:
            left, right = f"u64({left})", f"u64({right})"
        return f"({left} {operator} {right})"

    def condition(self, depth: int) -> str:
        kind = self.random.choice(("and", "or", "not", "plain", "plain")) if depth else "plain"
        if kind == "plain":
            return self.question()
        if kind == "not":
            return f"not {self.condition(depth - 1)}"
        return f"({self.condition(depth - 1)} {kind} {self.condition(depth - 1)})"


def function(seed: int) -> Callable[..., tuple[Any, Any]]:
    """The function of that seed; its source is in ``__doc__``."""
    source = Author(Random(seed)).write()
    scope: dict[str, Any] = dict(WORDS)
    exec(source, scope)
    f: Callable[..., tuple[Any, Any]] = scope["f"]
    f.__doc__ = source
    return f


def inputs(random: Random) -> dict[str, int | bool]:
    """Values for the parameters, often at the ends of their ranges."""

    def value() -> int:
        return random.choice(EDGES) if random.random() < 0.5 else random.randrange(MODULUS)

    flag = random.random() < 0.5
    return {"a": value() % INPUT_LIMIT, "b": value(), "r": value(), "flag": flag}


def symbolic(arena: Arena, f: Callable[..., Any], cut: bool) -> tuple[Condition, Word, Truth]:
    """Where ``f`` is defined, and its two results, for unknown parameters."""
    a = Word(arena, arena.variable("a", 0, INPUT_LIMIT - 1))
    b = Word(arena, arena.variable("b", 0, MASK))
    r = Word(arena, arena.variable("r", None, None, residue=True), residue=True)
    flag = Truth(arena, arena.flag("flag"))

    def run() -> dict[str, Any]:
        word, truth = f(a, b, r, flag)
        return {
            "word": lift_word(arena, word),
            "truth": Truth(arena, lift_truth(arena, truth)),
        }

    tree = explore(arena, run, SolverFeasibility(arena) if cut else Anything())
    legal, outcome = merged(arena, tree)
    return legal, outcome["word"], outcome["truth"]


@pytest.mark.slow
@sampled(4, "seed", SEEDS)
def test_three_arithmetics_agree(seed):
    """A random function has one value: natively, over Z3 integers, and over Z3 vectors.

    Both where infeasible paths were cut and where all were kept. In the integers a residue is any
    integer of its class, so it is given as one chosen at random.
    """
    f, random, arena = function(seed), Random(~seed), Arena()
    ways = [symbolic(arena, f, cut) for cut in (True, False)]
    assert [legal for legal, _, _ in ways] == [arena.true, arena.true]
    for _ in range(INPUTS):
        given = inputs(random)
        expected = f(**given)
        agreed = arena.conjunction(agreement(arena, *way[1:], expected) for way in ways)
        shifted = given | {"r": given["r"] + MODULUS * random.randint(-3, 3)}
        assert holds(Lowering, shifted, agreed), (f.__doc__, given, expected)
        assert holds(GuardedLowering, shifted, agreed), (f.__doc__, given, expected)
        assert holds(VectorLowering, given, agreed), (f.__doc__, given, expected)


def test_disagreement_is_seen():
    """The judge of the test above says no to results that are off by one or by a truth value."""
    f, arena = function(SEEDS[0]), Arena()
    _, word, truth = symbolic(arena, f, cut=False)
    given = inputs(Random(0))
    value, answer = f(**given)
    for kind in (Lowering, GuardedLowering, VectorLowering):
        for wrong in ((value + 1, answer), (value - 1, answer), (value, not answer)):
            assert not holds(kind, given, agreement(arena, word, truth, wrong))


def test_the_grammar_is_covered():
    """The random functions use every construct, and nearly all of them fork."""
    sources = "\n".join(function(seed).__doc__ or "" for seed in SEEDS)
    for construct in (
        "if",
        "else:",
        "and",
        "or",
        "not",
        "bool(",
        "==",
        *sorted({*KINDS} - {"const"}),
    ):
        assert construct in sources
    assert "\n        return" in sources, "an early return"
    assert "\n            " in sources, "a nested if"


def test_half_the_functions_fork():
    """Half or more of the random functions return a choice that their parameters decide."""
    forked = 0
    for seed in SEEDS:
        arena = Arena()
        _, word, _ = symbolic(arena, function(seed), cut=False)
        forked += any(isinstance(x, Choice) for x in walk([word.form]))
    assert forked >= len(SEEDS) // 2
