"""Places that are noted one after another: a change of any of them is found, however often it is asked."""

from typing import Any

from vtsc.stores.memory import _Walk


def test_changes_are_found_whenever_places_were_noted():
    """Also after others were added, after a change was undone, and by a walk that goes on with another."""
    walk, first, second = _Walk(set()), [1], {"a": 1}
    walk.note("first", first)
    assert walk.changed() == []
    walk.note("second", second)
    assert walk.changed() == []
    more, third = _Walk(set(), walk), {3}
    more.note("third", third)
    changes: list[tuple[str, Any, Any]] = [
        ("first", lambda: first.append(2), first.pop),
        ("second", lambda: second.update(a=2), lambda: second.update(a=1)),
        ("third", lambda: third.add(4), lambda: third.discard(4)),
    ]
    for _ in range(2):
        for name, change, undo in changes:
            change()
            assert more.changed() == more.changed() == [name]
            assert walk.changed() == ([] if name == "third" else [name])
            undo()
            assert more.changed() == walk.changed() == []
