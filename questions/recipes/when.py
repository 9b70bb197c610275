"""Says when a claim holds that depends on delays: exactly, or by a condition on either side of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from questions.recipes import sure
from questions.recipes.bounds import MOST_OF_MANY, Asker, Region, opposite, region
from questions.recipes.orders import LISTED
from questions.recipes.proving import by_orders
from questions.recipes.rounding import is_rounded, without
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.terms import Arena

LONG = "the exact condition has {parts} parts and {bounds} bounds, which is too long to be told"
UNFOUND = "an exact condition was not found within the budget"


@dataclass(frozen=True)
class When:
    """When a claim holds. ``exact``: just there, or with ``fails`` just outside of it; None where not told.

    ``enough``: it holds there, and maybe elsewhere. ``needed``: it holds nowhere else, and maybe not all
    over. Both are None where the exact condition says all, and otherwise where nothing was found.
    ``why``: the reason for which nothing exact is told.
    """

    exact: Region | None
    fails: bool = False
    enough: Region | None = None
    needed: Region | None = None
    why: str = ""

    def impossible(self, asked: "Asked") -> dict[str, Condition]:
        """By name, what cannot be if all of it is so; of many orders, by orders for one-sided bounds."""
        arena, legal, claim = asked.arena, asked.legal, asked.claim
        not_claim = arena.negation(claim)
        found = {}
        if self.exact is not None:
            here = self.exact.condition(arena)
            wrong, right = (claim, not_claim) if self.fails else (not_claim, claim)
            found["inside"] = arena.conjunction((legal, here, wrong))
            found["outside"] = arena.conjunction((legal, arena.negation(here), right))
        if self.enough is not None:
            ways = asked.failing if asked.many else [arena.conjunction((legal, not_claim))]
            here = self.enough.condition(arena)
            found |= by_orders(arena, "enough", [arena.conjunction((way, here)) for way in ways])
        if self.needed is not None:
            ways = asked.holding if asked.many else [arena.conjunction((legal, claim))]
            odd = arena.negation(self.needed.condition(arena))
            found |= by_orders(arena, "needed", [arena.conjunction((way, odd)) for way in ways])
        return found


@dataclass(frozen=True)
class Asked:
    """A claim about delays. ``legal``: which delays there can be at all."""

    arena: Arena
    asking: Asker
    delays: Mapping[str, Linear] = field(repr=False)
    legal: Condition
    claim: Condition
    holding: Sequence[Condition]
    """For each order, when the claim holds in it."""
    failing: Sequence[Condition]
    """For each order, when it fails in it."""

    @property
    def many(self) -> bool:
        """Whether there are so many orders that a solver is asked about each by itself."""
        return len(self.failing) > LISTED

    def region(self, claim: Condition) -> Region:
        """Where a claim about the same delays holds."""
        units = MOST_OF_MANY if self.many else None
        return region(self.arena, self.asking, self.delays, self.legal, claim, units)


def sides(asked: Asked) -> When:
    """Conditions on either side of when a claim holds, where the order of threads is unknown as well."""
    arena, legal = asked.arena, asked.asking(asked.legal)
    against = [asked.asking(way) for way in asked.failing]
    return When(
        None,
        enough=sure.enough(arena, legal, against, asked.claim),
        needed=sure.needed(arena, legal, [*map(asked.asking, asked.holding)], asked.claim),
    )


def when(asked: Asked) -> When:
    """When a claim holds that holds with some delays and fails with others."""
    arena = asked.arena
    inside = asked.region(asked.claim)
    exact, fails, outside = inside, False, Region((), whole=False)
    if not inside.whole or len(inside.parts) > 1:
        outside = asked.region(arena.negation(asked.claim))
        plain = opposite(arena, outside)
        if plain is not None:
            exact = plain
        elif outside.whole and (not inside.whole or len(outside.parts) < len(inside.parts)):
            exact, fails = outside, True
    if not exact.whole or not exact.is_short:
        return When(None, False, _enough(asked, inside), _needed(asked, outside), _why(exact))
    return When(exact, fails) if not is_rounded(exact) else _unrounded(asked, exact, fails)


def _why(found: Region) -> str:
    """Why a region is not told."""
    if not found.whole:
        return UNFOUND
    return LONG.format(parts=len(found.parts), bounds=sum(map(len, found.parts)))


def _enough(asked: Asked, found: Region) -> Region | None:
    """A bound that is enough, or the part of a region that has the fewest bounds."""
    legal, against = asked.asking(asked.legal), [asked.asking(way) for way in asked.failing]
    one = sure.enough(asked.arena, legal, against, asked.claim)
    if one is not None or not found.parts:
        return one
    return Region((min(found.parts, key=len),))


def _needed(asked: Asked, outside: Region) -> Region | None:
    """What is needed for not being in the known parts of a region, or one bound that is.

    Of many orders, it is needed in each.
    """
    arena, found = asked.arena, _each(asked.arena, outside)
    within = [asked.asking(asked.legal, asked.claim)]
    if asked.many:
        within = [*map(asked.asking, asked.holding)]
        if found and any(way.possible(arena.negation(found.condition(arena))) for way in within):
            found = None
    return found or sure.needed(arena, asked.asking(asked.legal), within, asked.claim)


def _each(arena: Arena, outside: Region) -> Region | None:
    """What is needed for not being in those parts of a region that have one bound."""
    alone = [part for part in outside.parts if len(part) == 1]
    return opposite(arena, Region(tuple(alone))) if alone else None


def _unrounded(asked: Asked, exact: Region, fails: bool) -> When:
    """An exact condition with roundings, and what it says without them."""
    arena = asked.arena
    claim = arena.negation(asked.claim) if fails else asked.claim
    found = without(arena, asked.asking, asked.legal, claim, exact)
    if found is None:
        return When(exact, fails)
    enough, needed = found
    apart = arena.conjunction((needed.condition(arena), arena.negation(enough.condition(arena))))
    legal = asked.asking(asked.legal)
    if not legal.possible(apart):
        return When(enough, fails)
    inner = enough if legal.possible(enough.condition(arena)) else None
    outer = needed if legal.possible(arena.negation(needed.condition(arena))) else None
    if not fails:
        return When(exact, fails, inner, outer)
    return When(exact, fails, _outside(arena, outer), _outside(arena, inner))


def _outside(arena: Arena, found: Region | None) -> Region | None:
    """The region outside of one, where that can be told as simply."""
    if found is None:
        return None
    if len(found.parts) == 1:
        return Region(tuple((arena.negation(bound),) for bound in found.parts[0]))
    return opposite(arena, found)
