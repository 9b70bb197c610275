"""Lemmas as text: read, split, and evaluated alike on plain and on symbolic values."""

import pytest

from vtsc.base.errors import EvidenceError
from vtsc.language.state import Record, State, flag, index, word
from vtsc.smtlib.lemma_text import conjuncts, evaluate, found_lemmas, inlined, read, written
from vtsc.symbolic.forms import Constant, Linear
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Truth, Word


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("true", []),
        ("a", ["a"]),
        ("(and a (and b c))", ["a", "b", "c"]),
        ("(not (or a (not b)))", ["(not a)", "b"]),
        ("(not (not (and a b)))", ["a", "b"]),
        ("(or a b)", ["(or a b)"]),
    ],
)
def test_a_term_is_split_into_what_it_is_the_conjunction_of(text, parts):
    """Also under negation."""
    assert [written(x) for x in conjuncts(read(text))] == parts


def test_let_is_inlined():
    """Bindings see the outer ones, not each other."""
    text = "(let ((x a)) (let ((x b) (y x)) (or x y)))"
    assert written(inlined(read(text))) == "(or b a)"


@pytest.mark.parametrize("text", ["", "(a", "a)", "a b", "(a))"])
def test_what_is_no_term_is_rejected(text):
    """In one line."""
    with pytest.raises(EvidenceError, match="not one term"):
        read(text)


VALUES = {"x": 7, "y": -3, "p": True, "q": False}
CASES = [
    ("(<= x y)", False),
    ("(< y x)", True),
    ("(>= x 7)", True),
    ("(> x 7)", False),
    ("(= (+ x y 1) 5)", True),
    ("(= (- x y) 10)", True),
    ("(= (- 3) y)", True),
    ("(= (* (- 2) y) 6)", True),
    ("(= (div y 2) (- 2))", True),
    ("(= (mod y 2) 1)", True),
    ("(= p q)", False),
    ("(= p (not q))", True),
    ("(distinct x y)", True),
    ("(=> p q)", False),
    ("(and p (or q p) (not q))", True),
    ("(= (ite p x y) 7)", True),
    ("(= (ite q x y) (- 3))", True),
]


@pytest.mark.parametrize(("text", "value"), CASES)
def test_plain_and_symbolic_evaluation_agree(text, value):
    """Constants in symbolic form simplify to the truth that plain evaluation gives."""
    arena = Arena()
    lifted = {
        name: Truth(arena, arena.constant(v)) if isinstance(v, bool) else Word(arena, Linear((), v))
        for name, v in VALUES.items()
    }
    assert evaluate(read(text), VALUES.__getitem__) is value
    symbolic = evaluate(read(text), lifted.__getitem__)
    assert isinstance(symbolic.condition, Constant)
    assert symbolic.condition.value is value


class Own(Record):
    """A record with one field of each kind."""

    number: int = word("", "a number")
    on: bool = flag("a flag")
    place: int = index("an index", 2, lo=-1, hi=3)


def test_a_found_lemma_speaks_of_fields_and_of_its_owners_ghosts():
    """``record.field``, ``record.index=value``, ``owner.ghost.field``."""
    state, ghost = State(), Own()
    state.records["r"], ghost.number = Own(), 5
    text = "(and (= r.number 0) (not r.on) r.place=2 (not r.place=-1) (= me.g.number 5))"
    (lemma,) = found_lemmas([text], "me")
    assert (lemma.name, lemma.owner, lemma.over) == ("spacer_1", "me", ())
    assert lemma.holds(None, state, {"g": ghost}) is True
    ghost.number = 6
    assert lemma.holds(None, state, {"g": ghost}) is False


@pytest.mark.parametrize("text", ["r.none", "none.number", "(<= me.h.number 1)", "(f r.on)"])
def test_unknown_names_are_rejected(text):
    """Fields, ghosts and operators."""
    state = State()
    state.records["r"] = Own()
    (lemma,) = found_lemmas([text], "me")
    with pytest.raises(EvidenceError):
        lemma.holds(None, state, {"g": Own()})
