"""What is claimed of `scale` for all 64-bit values: proved, tried natively, and refuted where false."""

import json
from dataclasses import dataclass
from random import Random

import pytest
import z3

from model import MODEL
from model.arithmetic import NSEC_PER_SEC, scale, time_scale
from model.lemmas import arithmetic as arithmetic_claims
from model.lemmas.arithmetic import Factors, claims, factors
from tests.support.sampling import sampled
from vtsc.base.errors import EvidenceError
from vtsc.evidence.functions import (
    evidence,
    integer_question,
    make,
    vector_question,
)
from vtsc.evidence.manifest import MANIFEST, check
from vtsc.evidence.recheck import recheck
from vtsc.evidence.systems import OpenCases
from vtsc.language.functions import Claim
from vtsc.language.words import MASK, MODULUS, require, u64
from vtsc.smtlib.registers import LOGIC, Bit, Register, condition
from vtsc.smtlib.script import Script

NAMES = list(MODEL.functions)
EVERY = [(name, claim.name) for name, found in MODEL.functions.items() for claim in found.claims]


def named(name: str, claim: str) -> Claim:
    """A claim by its names."""
    return next(c for c in MODEL.functions[name].claims if c.name == claim)


def answer(question: str, budget: int = 20_000_000) -> str:
    """What a fresh Z3 says to a question."""
    solver = z3.Solver(ctx=z3.Context())
    solver.set("rlimit", budget)
    solver.from_string(question)
    return str(solver.check())


@pytest.mark.slow
@sampled(3, "name", NAMES)
def test_each_claim_is_proved(content, name):
    """Over integers all of them; over bit vectors those that say so, the registers always."""
    found = make(content, name)
    check(found.questions, set())
    integers = ["register", "monotone", "fraction", "error", "day", "negative"]
    assert [q for q in found.questions if not q.endswith("-bits")] == integers
    assert "register-bits" in found.questions


@pytest.mark.parametrize(("name", "claim"), EVERY)
def test_each_claim_is_true_of_plain_integers(name, claim):
    """Random values of every magnitude, and the ends of the range."""
    asked, random = named(name, claim), Random(f"{name} {claim}")
    for _ in range(300):
        values = []
        for lo, hi in asked.over.values():
            drawn = lo + (random.getrandbits(64) >> random.randrange(64)) % (hi - lo + 1)
            values.append(random.choice([lo, lo + 1, hi - 1, hi, drawn, drawn, drawn]))
        assert asked.holds(*values) is True, values


def test_the_worked_values_are_these():
    """For four rates the factors, and what -100 becomes, are as listed here."""
    table = {
        800_000: ((0, 3435973836), 0xCCCCCCCBFFFFFFB0),
        1_000_000: ((1, 2147483648), 0x7FFFFFFFFFFFFF9C),
        2_400_000: ((2, 2576980377), 0x99999998FFFFFF10),
        3_000_000: ((2, 3221225472), 0xBFFFFFFFFFFFFED4),
    }
    for khz, (pair, far) in table.items():
        facts = MODEL.functions[f"{khz}-to-cycles"].facts
        assert (facts["shift"], facts["mult"]) == pair
        f = factors(khz * 1000, NSEC_PER_SEC)
        assert f.farthest - -(-((f.mult << f.left) * 100) // 2**32) == far
        assert scale(MODULUS - 100, f.mult, f.shift) == far


@pytest.mark.parametrize("name", NAMES)
def test_the_limit_is_the_least(name):
    """Where something is shifted out, the next value is scaled to 0."""
    f = Factors(**MODEL.functions[name].facts)
    if f.left:
        assert scale(f.limit, f.mult, f.shift) == 0 < scale(f.limit - 1, f.mult, f.shift)
    else:
        assert f.limit == MODULUS


def test_at_one_ghz_a_step_back_is_a_jump_ahead():
    """The shift loses the top bit: a difference of -100 becomes 2^63 - 100."""
    assert named("1000000-to-cycles", "negative").formula == (
        "0 < d < 2^63 -> scale(2^64 - d) = 0x8000000000000000 - d"
    )
    assert scale(-100, 1 << 31, 1) == 2**63 - 100


@dataclass(frozen=True)
class Wide(Factors):
    """Factors with a limit twice too high."""

    @property
    def limit(self) -> int:
        return super().limit * 2


@dataclass(frozen=True)
class Precise(Factors):
    """Factors said to be twice as precise as they are."""

    @property
    def rounding(self) -> int:
        return super().rounding // 2


@dataclass(frozen=True)
class Short(Factors):
    """Factors with less than the error of a day."""

    @property
    def day_error(self) -> int:
        return super().day_error - 2


@dataclass(frozen=True)
class Near(Factors):
    """Factors that send a negative difference elsewhere."""

    @property
    def farthest(self) -> int:
        return super().farthest - 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "false"),
    [
        (Wide, {"monotone", "fraction", "error", "negative"}),
        (Precise, {"fraction", "error"}),
        (Short, {"day"}),
        (Near, {"negative"}),
    ],
    ids=lambda x: x.__name__ if isinstance(x, type) else "",
)
@pytest.mark.parametrize("khz", [1_000_000, 2_400_000])
def test_a_changed_bound_is_refuted(kind, false, khz):
    """Values against it are found, by bits too where it is asked so, and no other claim is touched."""
    shift, mult = time_scale(khz * 1000, NSEC_PER_SEC)
    changed = claims(kind(khz * 1000, NSEC_PER_SEC, shift, mult), "changed")
    for claim in changed.claims:
        if kind is Wide and claim.name == "register":
            continue  # it is the limit itself that it splits the argument at
        if kind is Precise and khz == 1_000_000 and claim.name in false:
            continue  # nothing is rounded there, so that any bound above 0 holds
        if kind is Short and khz == 1_000_000:
            continue
        expected = "sat" if claim.name in false else "unsat"
        assert answer(integer_question(claim)) == expected, claim.name
        if claim.by_bits:
            assert answer(vector_question(claim)) == expected, claim.name


@pytest.mark.parametrize(
    ("changed", "false"),
    [
        (lambda d, m, s: scale(d, m + 1, s), {"register", "fraction", "error", "day", "negative"}),
        (lambda d, m, s: ((u64(d) << s) * m) >> 32, {"register", "negative"}),
    ],
    ids=["another multiplier", "no wrap of the shift"],
)
def test_a_changed_function_is_refuted(monkeypatch, changed, false):
    """It is the code of the function that is proved, not a copy."""
    monkeypatch.setattr(arithmetic_claims, "scale", changed)
    found = claims(factors(3_000_000_000, NSEC_PER_SEC), "changed").claims
    refuted = {c.name for c in found if answer(integer_question(c)) == "sat"}
    assert refuted == false
    for claim in found:
        if claim.by_bits and claim.name != "monotone":
            wanted = "sat" if claim.name in false else "unsat"
            assert answer(vector_question(claim)) == wanted, claim.name


def test_where_a_function_refuses_its_argument_nothing_is_claimed():
    """An argument that the function does not allow counts against a claim about all arguments."""

    def holds(d: int) -> bool:
        require(d < 5)
        return d >= 0

    assert answer(integer_question(Claim("", "", "", {"d": (0, 4)}, holds))) == "unsat"
    assert answer(integer_question(Claim("", "", "", {"d": (0, 5)}, holds))) == "sat"


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "claim"),
    [
        pytest.param(n, c, marks=[pytest.mark.hours] * (n != EVERY[0][0]))
        for n, c in EVERY
        if not named(n, c).by_bits
    ],
)
def test_what_is_not_confirmed_by_bits_is_not_refuted_either(name, claim):
    """Z3 gives up on these within a budget of seconds, which is why they are asked over integers."""
    assert answer(vector_question(named(name, claim)), 5_000_000) == "unknown"


def test_evidence_is_made_anew_and_compared(content, tmp_path):
    """Saved evidence holds; a changed claim or question is refused by name."""
    made = make(content, "2400000-to-ns")
    saved = tmp_path / made.place
    made.save(saved)
    opened = OpenCases(content)
    recheck(opened, saved)
    manifest = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))
    (saved / MANIFEST).write_text(json.dumps({**manifest, "mult": 1}), encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"mult is not what the model gives"):
        recheck(opened, saved)
    (saved / MANIFEST).write_text(json.dumps({**manifest, "name": "5-to-ns"}), encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"unknown 5-to-ns"):
        recheck(opened, saved)
    (saved / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (saved / "day.smt2").write_text("(assert false)\n(check-sat)\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"day.smt2 is not what the model gives"):
        recheck(opened, saved)


def test_the_questions_are_the_same_each_time(content):
    """Byte for byte, whatever was asked in between."""
    first = make(content, "3000000-to-ns").files()
    evidence("", claims(factors(800_000_000, NSEC_PER_SEC), ""))
    assert make(content, "3000000-to-ns").files() == first


def test_registers_compute_what_integers_do():
    """Each operation, on random and extreme values: no bits make it differ from the plain result."""
    random = Random(1)
    for _ in range(20):
        a, b = (random.choice([0, 1, MASK, random.getrandbits(64)]) for _ in range(2))
        script = Script("Something that differs.", LOGIC)
        x, y = (Register.unknown(script, n, v, v) for n, v in (("a", a), ("b", b)))
        pairs = [
            (x + y, a + b),
            (x - y, a - b),
            (7 - x, 7 - a),
            (x * -5 + 3, a * -5 + 3),
            ((x - y) << 3, (a - b) << 3),
            ((x - y) >> 5, (a - b) >> 5),
            ((x - y).u64(), u64(a - b)),
        ]
        truths = [(x <= y, a <= b), (x < y, a < b), (x >= y, a >= b), (x > y, a > b)]
        truths += [(x == y, a == b), (x != y, a != b), (~((x < y) | (y < x)), a == b)]
        truths += [(got == expected, True) for got, expected in pairs]
        same = [condition(got if expected else ~got) for got, expected in truths]
        script.require(f"(not (and {' '.join(same)}))")
        assert answer(script.text()) == "unsat"
        assert answer(script.text().replace("(not (and", "(and (and")) == "sat"


def test_registers_refuse_what_they_cannot_follow():
    """Branching, and multiplying unknowns."""
    x = Register.unknown(Script("", LOGIC), "x", 0, 9)
    for wrong in (lambda: bool(x < 1), lambda: x * x, lambda: x + 0.5, lambda: x + True):
        with pytest.raises(TypeError):
            wrong()
    assert isinstance(x == 1, Bit)
