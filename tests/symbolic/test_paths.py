"""Path forking: which paths are run, what is known on each, and what a symbolic value refuses."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from vtsc.base.errors import MeaningError
from vtsc.base.time_limit import limited
from vtsc.language.words import Illegal, NoSuchItem, Runs, require, s64, select, u64
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.symbolic.paths import Anything, Doubt, explore
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.trees import Fork, Leaf, leaves
from vtsc.symbolic.values import Index, Truth, Word
from vtsc.system.watched import merged


@pytest.fixture
def arena() -> Arena:
    return Arena()


@pytest.fixture
def word(arena) -> Callable[[str], Word]:
    """An unknown in [0, 100] by name."""
    return lambda name: Word(arena, arena.variable(name, 0, 100))


@pytest.fixture
def residue(arena) -> Word:
    return Word(arena, arena.variable("r", None, None, residue=True), residue=True)


def outcomes(arena: Arena, run: Callable[[], Any], feasibility: Any = None) -> list[Any]:
    """What each path of ``run`` ends with, left to right; None where it is not legal."""
    tree = explore(arena, run, feasibility or Anything())
    return [leaf.outcome for _, leaf in leaves(arena, tree)]


# forking


def test_a_question_forks_once(arena, word):
    """An open condition gives two paths, the one where it holds first."""
    x = word("x")
    tree = explore(arena, lambda: "low" if x < 5 else "high", Anything())
    assert isinstance(tree, Fork)
    assert tree.test is (x < 5).condition
    assert (tree.then, tree.otherwise) == (Leaf("low", (), ()), Leaf("high", (), ()))


def test_a_decided_condition_does_not_fork_again(arena, word):
    """Asked again, or for its opposite, a condition gets the answer it got on this path."""
    x, y = word("x"), word("y")

    def run() -> tuple[bool, ...]:
        first = bool(x <= y)
        return first, bool(x <= y), bool(x > y), not y < x, bool(y + 1 <= x)

    assert outcomes(arena, run) == [
        (True, True, False, True, False),
        (False, False, True, False, True),
    ]


def test_a_decided_equation_does_not_fork_again(arena, word):
    """The same for an equation, which has no equation for an opposite."""
    x = word("x")
    run = lambda: (bool(x == 3), bool(x != 3), bool(x == 3))  # noqa: E731
    assert outcomes(arena, run) == [(True, False, True), (False, True, False)]


def test_a_loop_that_does_not_end_is_an_error(arena):
    """One whose end depends on an unknown that may be anything."""
    x = Word(arena, arena.variable("x", 0, 2**60))

    def run() -> int:
        steps = 0
        while x > steps:
            steps += 1
        return steps

    with pytest.raises(RuntimeError, match="no end in sight after 200 decisions"):
        outcomes(arena, run)


def test_a_loop_without_decisions_that_does_not_end_is_an_error(arena, monkeypatch):
    """It is ended by the processor time it has used."""
    monkeypatch.setattr(limited.__wrapped__, "__defaults__", (0.2,))

    def run() -> None:
        while True:
            pass

    with pytest.raises(RuntimeError, match=r"no end in sight after 0\.2 s"):
        outcomes(arena, run)
    assert outcomes(arena, lambda: 1) == [1]


def test_what_is_known_beforehand_does_not_fork(arena, word):
    """A condition given as known holds on every path."""
    x = word("x")
    tree = explore(arena, lambda: bool(x < 5), Anything(), known=[(x < 5).condition])
    assert tree == Leaf(True, (), ())


def test_constants_do_not_fork(arena, word):
    """A comparison that the range of its operands decides is answered outside any run."""
    x = word("x")
    assert (bool(x >= 0), bool(x > 100), bool(x - x == 0)) == (True, False, True)


def test_connectives_fork_only_as_far_as_they_must(arena, word):
    """``and`` and ``or`` stop at the first operand that decides; ``&``, ``|``, ``~`` never fork."""
    x, y = word("x"), word("y")
    assert outcomes(arena, lambda: bool(x < 5 and y < 5)) == [True, False, False]
    assert outcomes(arena, lambda: bool(x < 5 or y < 5)) == [True, True, False]
    assert len(outcomes(arena, lambda: (x < 5) & (y < 5) | ~(x < 3))) == 1


def test_every_path_is_run_once(arena, word):
    """Three independent questions give eight paths, each another combination of answers."""
    x, y, z = word("x"), word("y"), word("z")
    ran = outcomes(arena, lambda: (bool(x < 1), bool(y < 1), bool(z < 1)))
    assert ran == [(a, b, c) for a in (True, False) for b in (True, False) for c in (True, False)]


def test_an_index_selects_by_forking(arena):
    """A symbolic index runs one path per item."""
    index = Index(arena, {i: arena.flag(f"i={i}") for i in range(3)})
    assert outcomes(arena, lambda: index.select("abc")) == ["a", "b", "c"]


@pytest.mark.parametrize("stray", [-1, 2])
def test_an_index_that_may_be_none_of_the_items_is_an_error(arena, stray):
    """It neither counts from the end nor stands for the last one; what the path excludes is no matter."""
    index = Index(arena, {i: arena.flag(f"i={i}") for i in (0, 1, stray)})
    with pytest.raises(NoSuchItem, match="may be out of range, where there are 0 to 1"):
        outcomes(arena, lambda: index.select("ab"))
    assert outcomes(arena, lambda: "" if index == stray else index.select("ab")) == ["", "a", "b"]
    doubts: list[Doubt] = []
    explore(arena, lambda: index.select("ab"), Anything(), doubts=doubts)
    assert {d.conditions[-1] for d in doubts} == {index.members[stray]}


@pytest.mark.parametrize("stray", [-1, 2])
def test_a_plain_index_that_is_none_of_the_items_is_an_error(stray):
    """The same on plain integers."""
    assert select("ab", 1) == "b"
    with pytest.raises(NoSuchItem, match=f"index {stray}, where there are 0 to 1"):
        select("ab", stray)


# feasibility


def test_infeasible_paths_are_cut_by_a_solver(arena, word):
    """A path that no values can take is run where nobody checks, and not where Z3 does."""
    x = word("x")
    run = lambda: (bool(x < 5), bool(x < 7))  # noqa: E731
    every = [(a, b) for a in (True, False) for b in (True, False)]
    assert outcomes(arena, run, Anything()) == every
    assert outcomes(arena, run, SolverFeasibility(arena)) == [
        pair for pair in every if pair != (True, False)
    ]


def test_cutting_keeps_every_feasible_path(arena, word):
    """Exactly the combinations of answers that some values give remain, in the same order.

    The second question is open on some paths and answered by the first on others.
    """
    x, y, z = word("x"), word("y"), word("z")

    def run(x: Any = x, y: Any = y, z: Any = z) -> tuple[bool, ...]:
        return bool(x + z >= 50), bool(x + z >= 30), bool(y >= 1), bool(y >= z)

    some = (0, 1, 2, 20, 30, 49, 50, 100)
    possible = {run(a, b, c) for a in some for b in some for c in some}
    assert outcomes(arena, run, SolverFeasibility(arena)) == sorted(possible, reverse=True)


def test_ranges_of_inputs_cut_paths(arena, word):
    """The declared range of an unknown counts when paths are cut, also for a sum of unknowns."""
    x, y = word("x"), word("y")
    run = lambda: (bool(x >= 60), bool(x + 2 * y <= 59))  # noqa: E731
    cut = outcomes(arena, run, SolverFeasibility(arena))
    assert cut == [(True, False), (False, True), (False, False)]


def test_wrapping_is_feasible(arena, residue):
    """The representatives of a residue cut nothing that wrapping makes possible."""
    run = lambda: (bool(s64(residue) < 0), bool(u64(residue) >= 1 << 63))  # noqa: E731
    cut = outcomes(arena, run, SolverFeasibility(arena))
    assert cut == [(True, True), (False, False)]


def test_merging_follows_the_forks(arena, word):
    """Merged along the forks, legality is the union of the legal paths."""
    x = word("x")

    def run() -> dict[str, Any]:
        require(x != 7)
        return {"is_low": Truth(arena, arena.constant(bool(x < 5)))}

    legal, outcome = merged(arena, explore(arena, run, Anything()))
    assert legal is (x != 7).condition
    assert outcome["is_low"].condition is (x < 5).condition


# source lines


def sign(x: Any) -> int:
    if x < 50:
        return -1
    if x == 50:
        return 0
    return 1


def test_lines_are_known_per_path(arena, word):
    """Each path knows the lines it executed, in order, and those of no other path."""
    first = sign.__code__.co_firstlineno
    x = word("x")
    run = partial(sign, x)
    tree = explore(arena, run, Anything(), wanted=lambda file: file == __file__)
    lines = {leaf.outcome: [n - first for _, n in leaf.lines] for _, leaf in leaves(arena, tree)}
    assert lines == {-1: [1, 2], 0: [1, 3, 4], 1: [1, 3, 5]}


def test_lines_of_unwanted_files_are_left_out(arena, word):
    """No file wanted, no lines."""
    x = word("x")
    tree = explore(arena, lambda: sign(x), Anything(), wanted=lambda _: False)
    assert {leaf.lines for _, leaf in leaves(arena, tree)} == {()}


# legality


def test_an_impossible_requirement_ends_the_path(arena, word):
    """``require`` of what cannot hold on a path ends that path, and only that one."""
    x = word("x")

    def run() -> str:
        small = bool(x < 5)
        require(x > 10)
        return "small" if small else "large"

    assert outcomes(arena, run, SolverFeasibility(arena)) == [None, "large"]


def test_a_false_requirement_ends_the_path(arena, word):
    """The same without a solver where the requirement is false whatever the inputs."""
    x = word("x")
    assert outcomes(arena, lambda: require(x > 100) or "never") == [None]
    assert outcomes(arena, lambda: require(False) or "never") == [None]
    with pytest.raises(Illegal):
        require(False)


def test_a_requirement_is_remembered(arena, word):
    """What was required is an assumption of the path, once, and is not asked again."""
    x = word("x")

    def run() -> bool:
        require(x < 5)
        require(x < 5)
        return bool(x >= 5)

    assert explore(arena, run, Anything()) == Leaf(False, ((x < 5).condition,), ())


# refusals


@pytest.mark.parametrize(
    "use",
    [int, hash, iter, list, len, float, range, bool, "{:d}".format, lambda x: "ab"[x]],
    ids=["int", "hash", "iter", "list", "len", "float", "range", "bool", "format", "index"],
)
@pytest.mark.parametrize("kind", ["word", "truth", "index"])
def test_a_symbolic_value_is_not_concrete(arena, word, kind, use):
    """Whatever needs one concrete value raises `TypeError`; so does ``bool()`` outside a run."""
    values = {
        "word": word("x"),
        "truth": word("x") < 5,
        "index": Index(arena, {0: arena.flag("i=0"), 1: arena.flag("i=1")}),
    }
    with pytest.raises(TypeError):
        use(values[kind])


def test_a_run_ends_also_by_an_error(arena, word):
    """After a run that raised, ``bool()`` of a condition is refused again."""
    x = word("x")
    with pytest.raises(ZeroDivisionError):
        explore(arena, lambda: 1 // 0 if x < 5 else 0, Anything())
    assert Runs.current is None
    with pytest.raises(TypeError, match="outside a symbolic run"):
        bool(x < 5)


@pytest.mark.parametrize(
    "use",
    [
        lambda r, x: r + x < 3,
        lambda r, x: r - x < 3,
        lambda r, x: x < -r,
        lambda r, x: r + r == x,
        lambda r, x: (r + x) // 2,
        lambda r, x: (r + x) >> 1,
        lambda r, x: (r + x) % 3,
        lambda r, x: r + x if r + x else x,
    ],
)
def test_a_residue_that_may_wrap_has_no_order(arena, word, residue, use):
    """Comparing, dividing or shifting right what may wrap needs ``u64`` or ``s64`` first."""
    x = word("x")
    with pytest.raises(MeaningError, match=r"say u64\(x\)|u64\(a\) == u64\(b\)|write u64\(x\)"):
        explore(arena, lambda: use(residue, x), Anything())


def test_words_multiply_by_constants_only(word):
    """The product of two unknowns is refused: no arithmetic here is good at it."""
    with pytest.raises(TypeError, match="multiplied by constants only"):
        word("x") * word("y")


@pytest.mark.parametrize("divisor", [0, -2, None])
def test_words_are_divided_by_positive_constants_only(word, divisor):
    """A floor by a negative number is another function, and no unknown is a divisor."""
    with pytest.raises(TypeError, match="divided by positive constants only"):
        word("x") // (word("y") if divisor is None else divisor)
