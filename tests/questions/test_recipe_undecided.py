"""Where a solver has no answer, or a question is nested too deeply, the verdict says so and nothing else."""

from ctypes import ArgumentError

import pytest

from model.today import rules_named
from questions.recipes import deciding, proving
from questions.recipes.answers import Answer
from questions.recipes.deciding import DEPENDS, FAILS, HOLDS, UNKNOWN, decide
from questions.recipes.fitting import script
from questions.recipes.reading.tree import Expected
from questions.recipes.script import SECOND, Gap
from questions.recipes.undecided import DEEP, reason
from tests.support.recipe_files import read
from tests.support.recipes import MS, NONE, all_then_each
from vtsc.base.errors import EvidenceError, Exit
from vtsc.solver.solve import UnsettledError, solve

NEW = rules_named("6.18")
FAR = Gap(2 * SECOND, 3 * SECOND, given=True)
NEAR = Gap(0, MS, given=True)
EITHER = Gap(0, 2 * SECOND, given=True)
TEXT = """\
title = "a clock in units of 100 ns"
guest = { uptime = "500s", reference = true }
want = { ref_agrees = "10ms" }
save = ["v*: pause", "vm: KVM_GET_CLOCK", "vm: wait late", "each v: KVM_GET_MSRS TSC"]
restore = [
  "v*: KVM_CREATE_VCPU",
  "each v: KVM_SET_MSRS TSC=saved",
  "vm: KVM_SET_CLOCK clock=saved flags=0",
  "v*: KVM_RUN",
]
delays = { late = "0..50ms" }
elapsed = { default = "0..50ms" }
"""


def starved(monkeypatch, *names):
    """Let the solver have no answer to texts of these names; to any, where none is given."""
    asked = []

    def some(texts):
        for name, text in texts.items():
            if not names or name in names:
                asked.append(name)
                raise UnsettledError(f"{name}.smt2 is unknown, not unsat")
            solve({name: text})

    monkeypatch.setattr(proving, "solve", some)
    return asked


@pytest.mark.parametrize(("between", "result"), [(NEAR, HOLDS), (FAR, FAILS)])
def test_a_proof_without_an_answer_is_no_verdict(between, result, monkeypatch):
    """What holds or fails in all runs is unknown where the text that says so is not settled."""
    recipe = all_then_each(2, between, NONE, wanted=("offsets_equal",))
    assert decide(recipe, NEW)[0].result == result
    asked = starved(monkeypatch)
    (verdict,) = decide(recipe, NEW)
    assert asked == [result]
    assert verdict.result == UNKNOWN and f"{result}.smt2 is unknown" in verdict.why
    assert verdict.status == Exit.UNKNOWN and not verdict.texts


@pytest.mark.parametrize("name", ["inside", "outside", "enough", "needed"])
def test_a_condition_without_a_proof_is_not_told(name, monkeypatch, tmp_path):
    """Two runs still say that the property depends on delays; whether the condition is so, nobody knows."""
    (own,) = read(tmp_path, TEXT)
    before = decide(script(own), NEW)[0]
    assert before.result == DEPENDS and name in before.texts
    asked = starved(monkeypatch, name)
    (verdict,) = decide(script(own), NEW)
    assert asked == [name]
    assert verdict.result == DEPENDS and f"{name}.smt2 is unknown" in verdict.why
    assert verdict.holding.replay.holds and not verdict.failing.replay.holds
    assert not (verdict.parts or verdict.enough or verdict.needed or verdict.texts)
    wanted = Answer(own, script(own), "6.18", before, None).condition
    expected = Expected(DEPENDS, wanted or "late <= 1ms", 1)
    assert Answer(own, script(own), "6.18", verdict, expected).status == Exit.UNKNOWN
    assert Answer(own, script(own), "6.18", verdict, None).status == Exit.VIOLATED


def test_only_a_missing_answer_leaves_a_question_open(tmp_path):
    """A text that is contradicted is an error of another kind."""
    (own,) = read(tmp_path, TEXT)
    (verdict,) = decide(script(own), NEW)
    with pytest.raises(UnsettledError, match=r"inside\.smt2 is unknown"):
        solve({"inside": verdict.texts["inside"]}, budget=1)
    with pytest.raises(EvidenceError) as error:
        solve({"it": "(declare-const a Bool)\n(assert a)\n(check-sat)\n"})
    assert not isinstance(error.value, UnsettledError)


@pytest.mark.parametrize(
    "error", [RecursionError(), ArgumentError("argument 2: RecursionError: too deep")]
)
def test_a_question_that_is_nested_too_deeply_is_unknown(error, monkeypatch):
    """Python tells it of its own stack, and of that on which it calls a library."""

    def too_deep(*given, **more):
        raise error

    recipe = all_then_each(2, EITHER, NONE, wanted=("offsets_equal",))
    for broken in ("run", "_Question"):
        with monkeypatch.context() as patch:
            patch.setattr(deciding, broken, too_deep)
            (verdict,) = decide(recipe, NEW)
        assert (verdict.result, verdict.why) == (UNKNOWN, DEEP)
    with pytest.raises(ArgumentError):
        reason(ArgumentError("argument 2: wrong type"))


def test_a_brief_answer_says_what_holds_and_no_more(monkeypatch):
    """What does not hold has no runs; what holds is proved as ever."""
    asked = starved(monkeypatch, "none")
    wanted = ("offsets_equal",)
    for between, result in ((NEAR, HOLDS), (EITHER, DEPENDS), (FAR, DEPENDS)):
        (verdict,) = decide(all_then_each(2, between, NONE, wanted=wanted), NEW, brief=True)
        assert verdict.result == result
        assert bool(verdict.texts) is bool(verdict.holding) is (result == HOLDS)
    assert not asked
