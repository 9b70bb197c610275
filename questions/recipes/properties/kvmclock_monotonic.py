"""kvmclock, as the guest reads it, never falls."""

from functools import partial
from typing import Any

from questions.recipes.properties.property import Parameters, RecipeProperty, Seen
from questions.recipes.world import Notes
from vtsc.language import apart


def claim(seen: Seen, parameters: Parameters) -> Any:
    """No read of a page, on any vCPU, is below one that was complete before."""
    notes = Notes()
    notes.put("holds", True)
    notes.put("last", 0)
    for v in seen.world.stopped:
        apart(partial(_raise, notes, seen.at("stop", "page", v)), notes)
    if seen.world.before:
        _compare_all(seen, notes)
        return notes.get("holds")
    for page in seen.pages():
        apart(partial(_compare, notes, page), notes)
        apart(partial(_raise, notes, page), notes)
    return notes.get("holds")


def _compare_all(seen: Seen, notes: Notes) -> None:
    """Compare each page with those that come before it, where the order of some is open."""
    pages = seen.noted("read.page")
    for number, page in pages.items():
        apart(partial(_compare, notes, page), notes)
        for other, later in pages.items():
            if seen.comes_before(number, other) is not False:
                apart(partial(_compare_two, seen, notes, (number, page), (other, later)), notes)


def _compare_two(seen: Seen, notes: Notes, one: tuple[int, Any], other: tuple[int, Any]) -> None:
    """Note whether the page of a step is below that of one which comes before it."""
    if other[1] < one[1] and seen.comes_before(one[0], other[0]):
        notes.put("holds", False)


def _is_read_twice(seen: Seen, parameters: Parameters) -> bool:
    """Whether the guest reads a page after another read."""
    return seen.script.guest.kvmclock and len([*seen.world.stopped, *seen.pages()]) > 1


def _raise(notes: Notes, page: Any) -> None:
    """Note the highest page so far."""
    if page > notes.get("last"):
        notes.put("last", page)


def _compare(notes: Notes, page: Any) -> None:
    """Note whether a page is below one before."""
    if page < notes.get("last"):
        notes.put("holds", False)


PROPERTY = RecipeProperty(
    "kvmclock_monotonic",
    "kvmclock, as the guest reads it, never falls",
    claim,
    failing="the guest's clock goes back",
    sometimes=_is_read_twice,
    otherwise="the guest does not use kvmclock, or reads it only once",
)
