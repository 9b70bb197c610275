"""The interpreter executes what a processor would, and refuses what is no execution."""

import subprocess
import sys
from dataclasses import replace
from itertools import product

import pytest

from questions.litmus.arithmetic import Fault, execute
from questions.litmus.deciding import Shown, decide
from questions.litmus.instructions import CONDITIONS, FLAGS, Instruction, Operand
from questions.litmus.interpreter import replay
from questions.litmus.reading import read_file
from questions.litmus.slots import Run, Slot
from questions.litmus.terms import JUMPS, computed, divided, number
from tests.support.paths import ROOT
from vtsc.base.errors import EvidenceError

A, B = Operand("register", "eax"), Operand("register", "ebx")
WIDTH, SIZE = 3, 8


def two(name, first=False):
    """An instruction from %ebx to %eax."""
    return Instruction(1, 1, name, (A,) if name == "neg" else (B, A), first=first)


def signed(value):
    """A number of three bits with its sign."""
    return value - SIZE if value >= SIZE // 2 else value


def expected(name, a, b, carry):
    """The exact result of ``a op b`` as unsigned and as signed number, before either is cut."""
    used = carry if name in ("adc", "sbb") else 0
    if name in ("add", "adc"):
        return a + b + used, signed(a) + signed(b) + used
    if name == "neg":
        return -a, -signed(a)
    return a - b - used, signed(a) - signed(b) - used


@pytest.mark.parametrize("name", ["add", "adc", "sub", "sbb", "cmp", "neg"])
def test_flags_of_arithmetic(name):
    """CF says that the unsigned result does not fit, OF that the signed one does not."""
    for a, b, carry in product(range(SIZE), range(SIZE), range(2)):
        found, _ = execute(two(name), {"eax": a, "ebx": b, "CF": carry}, WIDTH)
        plain, whole = expected(name, a, b, carry)
        assert found.get("eax", plain % SIZE) == plain % SIZE
        assert (found["CF"], found["OF"]) == (not 0 <= plain < SIZE, not -4 <= whole < 4)
        assert (found["ZF"], found["SF"]) == (plain % SIZE == 0, signed(plain % SIZE) < 0)


def test_first_subtracts_the_other_way():
    """As AT&T has it a compare takes the first operand from the second; reading `first`, the reverse."""
    values = {"ebx": 1, "eax": 2}
    assert execute(two("cmp"), values, WIDTH)[0]["CF"] == 0
    assert execute(two("cmp", first=True), values, WIDTH)[0]["CF"] == 1
    assert (
        execute(two("sub", first=True), values, WIDTH)[0] == execute(two("sub"), values, WIDTH)[0]
    )


@pytest.mark.parametrize(
    ("name", "first"),
    [*((n, False) for n in ("add", "adc", "sub", "sbb", "and", "or", "xor", "test", "neg")),
     ("cmp", False), ("cmp", True)],
)  # fmt: skip
def test_terms_are_what_is_executed(name, first):
    """For all values of three bits the solver's terms and the interpreter agree."""
    each = two(name, first)
    for a, b, carry in product(range(SIZE), range(SIZE), (0, 1)):
        terms = computed(
            each, number(b, 3), number(a, 3), ("false", "true")[carry], WIDTH, lambda body: body
        )
        found, _ = execute(each, {"eax": a, "ebx": b, "CF": carry}, WIDTH)
        same = [f"(= {terms[x]} {('false', 'true')[found[x]]})" for x in FLAGS]
        if "eax" in found:
            same.append(f"(= {terms['=']} {number(found['eax'], 3)})")
        assert always(f"(and {' '.join(same)})"), (a, b, carry)


def always(sentence):
    """Whether Z3 simplifies a sentence without unknowns to true."""
    import z3

    (parsed,) = z3.parse_smt2_string(f"(assert (or {sentence} false))") or [z3.BoolVal(True)]
    return z3.is_true(z3.simplify(parsed))


def test_divisions_agree():
    """Quotient, remainder and #DE, for all values of three bits."""
    each = Instruction(1, 1, "div", (B,))
    for high, low, by in product(range(SIZE), repeat=3):
        words = [number(x, 3) for x in (low, high, by)]
        try:
            found, _ = execute(each, {"edx": high, "eax": low, "ebx": by}, WIDTH)
        except Fault:
            assert by == 0 or (high * SIZE + low) // by >= SIZE
            assert always(divided(*words, WIDTH, fault=True)["when"])
            continue
        assert found["eax"] * by + found["edx"] == high * SIZE + low and found["edx"] < by
        terms = divided(*words, WIDTH, fault=False)
        same = [f"(= {terms[x]} {number(found[x], 3)})" for x in ("eax", "edx")]
        assert always(f"(and {terms['when']} {' '.join(same)})")


@pytest.mark.parametrize("name", CONDITIONS)
def test_jumps_agree(name):
    """For all flags the term and the interpreter take the same way."""
    for flags in product((0, 1), repeat=4):
        values = dict(zip(FLAGS, flags, strict=True))
        _, taken = execute(Instruction(1, 1, name, (Operand("name", "x"),)), values, WIDTH)
        terms = {n: ("false", "true")[v] for n, v in values.items()}
        assert always(f"(= {JUMPS[name].format(**terms)} {('false', 'true')[taken]})")


def test_no_solver_is_loaded():
    """A run is replayed without z3, and without what the question was made with."""
    program = (
        "import sys\n"
        "import questions.litmus.interpreter, questions.litmus.reading\n"
        "print(sorted({'z3', 'questions.litmus.question', 'questions.litmus.terms', "
        "'questions.litmus.requirement', 'questions.litmus.witness'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def shown(name):
    """A shipped file with an execution: one that its condition is true of, where there is one."""
    litmus = read_file(ROOT / f"litmus/{name}.litmus", f"{name}.litmus")
    answer = decide(litmus)
    return litmus, (answer.such if isinstance(answer.such, Shown) else answer.other).run


def moved(run, at, to):
    """A run with one slot at another place."""
    slots = list(run.slots)
    slots.insert(to, slots.pop(at))
    return replace(run, slots=tuple(slots))


def put(run, at, **changes):
    """A run with a change in one slot."""
    slots = list(run.slots)
    slots[at] = replace(slots[at], **changes)
    return replace(run, slots=tuple(slots))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("mail-first-serial", lambda r: moved(r, 1, 2), "P0: 3 starts before 2 is done"),
        ("mail-first-serial", lambda r: put(r, 0, passed=1 << 40), "time goes back"),
        ("mail-first-serial", lambda r: replace(r, slots=r.slots[:-1]), "P0: 11 is not executed"),
        ("mail-first-serial", lambda r: replace(r, slots=(*r.slots, r.slots[0])), "is executed twice"),
        ("mail-first-serial", lambda r: timed(r, 5), "P0: 9 is not executed"),
        ("mail-first-serial", lambda r: timed(r, 0), "a later read is not above an earlier one"),
        ("mail-first-serial", lambda r: timed(r, 1 << 64), "time goes back"),
        ("mail-first-two-units", lambda r: moved(r, 5, 4), "5 starts before the commit"),
        ("mail-first-two-units", lambda r: moved(r, 3, 1), "7 uses ebx before 2 has written it"),
        ("mail-first-trapped-clock", lambda r: merged(r, 0, 3), "trapped reads happen one after"),
        ("mail-first-trapped-clock", lambda r: merged(r, 1, 2), "only clock reads happen at the same"),
        ("mail-first-unserialised", lambda r: moved(r, 0, 1), "2 uses eax before 1 has written it"),
        ("warp-skewed", lambda r: moved(r, 3, 2), "P1: 4 starts before 3 is done"),
        ("warp-skewed", lambda r: moved(r, 0, 9), "P1: 2 starts before 1 is done"),
        ("watchdog-bounded", lambda r: slow(r, 1 << 30), "a gap is too long"),
        ("divide-low-serial-span", lambda r: timed(r, 1 << 32), "too many cycles pass"),
        ("mail-first-serial-no-carry", lambda r: timed(r, 1 << 32), "the low half of the TSC wraps"),
    ],
)  # fmt: skip
def test_what_is_no_execution_is_refused(name, change, said):
    """Order, values, missing and additional instructions are all noticed."""
    litmus, run = shown(name)
    replay(litmus, run)
    with pytest.raises(EvidenceError, match=said):
        replay(litmus, change(run))


def timed(run, passed):
    """A run in which so many cycles pass before its second read, and none after it."""
    first = replace(run.slots[0], passed=0)
    return replace(run, slots=(first, *(replace(s, passed=passed) for s in run.slots[1:])))


def slow(run, cycles):
    """A run in which so many cycles pass before each slot but the first."""
    slots = (replace(slot, passed=n * cycles) for n, slot in enumerate(run.slots))
    return replace(run, slots=tuple(slots))


def merged(run, first, second):
    """A run in which what two slots do happens at once."""
    slots = list(run.slots)
    both = Slot(slots[first].passed, (*slots[first].events, *slots[second].events))
    return Run(run.start, (*slots[:first], both, *slots[first + 1 : second], *slots[second + 1 :]))
