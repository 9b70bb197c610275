"""The result of path-forking execution: a binary tree of forks with an outcome at each leaf."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from vtsc.base.lines import Line
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import merge

T = TypeVar("T")


@dataclass(frozen=True)
class Leaf(Generic[T]):
    """The end of one path. ``outcome`` is None where the step is not legal on it."""

    outcome: T | None
    assumptions: tuple[Condition, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Fork(Generic[T]):
    """``then`` where ``test`` holds, else ``otherwise``."""

    test: Condition
    then: "Tree[T]"
    otherwise: "Tree[T]"


Tree = Leaf[T] | Fork[T]


def leaves(
    arena: Arena, tree: Tree[T], above: tuple[Condition, ...] = ()
) -> Iterator[tuple[tuple[Condition, ...], Leaf[T]]]:
    """Every leaf with the conditions on the way to it, left to right."""
    if isinstance(tree, Leaf):
        yield above, tree
        return
    yield from leaves(arena, tree.then, (*above, tree.test))
    yield from leaves(arena, tree.otherwise, (*above, arena.negation(tree.test)))


def joined(
    arena: Arena,
    tree: Tree[dict[str, Any]],
    default: Callable[[str], Any],
    merging: Callable[[Arena, Condition, Any, Any], Any] = merge,
) -> tuple[Condition, dict[str, Any]]:
    """The condition under which a tree's function is legal, and its outcome as if-then-elses along the forks.

    ``default`` gives the value for a name that an outcome lacks; ``merging`` makes one value of two.
    """
    if isinstance(tree, Leaf):
        if tree.outcome is None:
            return arena.false, {}
        return arena.conjunction(tree.assumptions), tree.outcome
    yes, then = joined(arena, tree.then, default, merging)
    no, otherwise = joined(arena, tree.otherwise, default, merging)
    legal = arena.branch(tree.test, yes, no)
    if yes is arena.false or no is arena.false:
        return legal, otherwise if yes is arena.false else then
    names = dict.fromkeys((*then, *otherwise))
    return legal, {
        n: merging(
            arena,
            tree.test,
            then[n] if n in then else default(n),
            otherwise[n] if n in otherwise else default(n),
        )
        for n in names
    }
