"""Instances: a record says whose it is, and no name is taken apart to find out."""

from types import SimpleNamespace

import pytest

from vtsc.base.errors import BadFileError
from vtsc.language import Call, Instance, Record, State, instances, word
from vtsc.system.instances import check_instances, representatives
from vtsc.system.system import Slot

SIZES = {"bus": 2, "bus2": 3}
"""Names that nobody could take apart: bus20 is the first bus2, and no twenty-first bus."""


class Seats(Record):
    """Something with a field."""

    free: int = word("", "how many are free")


def some(count):
    """Fresh records."""
    return [Seats() for _ in range(count)]


def records(**more):
    """The records of a state with two kinds, and others."""
    return {**instances("bus", some(2)), **instances("bus2", some(3)), "depot": Seats(), **more}


def test_records_are_numbered_from_zero():
    """They are named after their kind and number, and know both."""
    named = instances("bus2", some(2))
    assert {name: r.instance for name, r in named.items()} == {
        "bus20": Instance("bus2", 0),
        "bus21": Instance("bus2", 1),
    }
    assert Seats().instance is None


def test_the_kin_of_a_field_is_the_same_field_of_every_instance():
    """Of a machine's own records and of a monitor's; a field of nobody in particular is alone."""
    state = State()
    state.records = records(**{f"m.{n}": r for n, r in instances("bus", some(2)).items()})
    slots = {name: Slot(name, f, r.instance) for name, r, _, f in state.slots()}
    kin = {name: slot.kin(SIZES) for name, slot in slots.items()}
    buses, others = ("bus0.free", "bus1.free"), ("bus20.free", "bus21.free", "bus22.free")
    assert kin == {
        **dict.fromkeys(buses, buses),
        **dict.fromkeys(others, others),
        "depot.free": ("depot.free",),
        **dict.fromkeys(("m.bus0.free", "m.bus1.free"), ("m.bus0.free", "m.bus1.free")),
    }


def test_records_made_by_instances_are_fine():
    """A monitor may have ghosts for all instances of a kind, for none, and others."""
    check_instances(records(**{"m.total": Seats()}), SIZES)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"bus1": Seats()}, "record bus1: make the records of a kind with `instances`"),
        ({"m.bus0": Seats()}, "record m.bus0: make the records of a kind with `instances`"),
        ({"bus22": instances("bus2", some(2))["bus21"]}, "record bus22: make the records"),
        ({"m.bus0": instances("bus", some(1))["bus0"]}, "a record m.bus0, and none of bus1"),
        (instances("tram", some(1)), "record tram0: make the records of a kind with `instances`"),
    ],
    ids=["own", "ghost", "another's", "too few", "no kind"],
)
def test_records_that_do_not_say_whose_they_are_are_refused(more, complaint):
    """Where only calls of first instances are explored, they would seem never to change."""
    with pytest.raises(BadFileError, match=complaint):
        check_instances(records(**more), SIZES)


def test_every_instance_has_a_record():
    """A kind of which the state has none is no kind."""
    with pytest.raises(BadFileError, match="the state has no record tram0"):
        check_instances(records(), {**SIZES, "tram": 1})


def test_a_field_cannot_have_the_name_of_something_that_records_have():
    """It would be overwritten."""
    with pytest.raises(BadFileError, match="field instance of Wrong: the name means something"):

        class Wrong(Record):
            """A record with a field that records have."""

            instance: int = word("", "which one")


def test_representative_calls_name_the_lowest_instances_of_each_kind():
    """Two arguments of one kind are the same instance or two; which ones makes no difference."""
    over = {"go": ("bus",), "pass": ("bus", "bus"), "meet": ("bus2", "bus", "bus2"), "halt": ()}
    calls = [
        *(Call("go", (a,)) for a in range(2)),
        *(Call("pass", (a, b)) for a in range(2) for b in range(2)),
        *(Call("meet", (a, b, c)) for a in range(3) for b in range(2) for c in range(3)),
        Call("halt", ()),
    ]
    machine = SimpleNamespace(calls=lambda: calls, kinds=lambda call: over[call.name])
    names = [str(call) for call in representatives(machine)]
    assert names == ["go(0)", "pass(0, 0)", "pass(0, 1)", "meet(0, 0, 0)", "meet(0, 0, 1)", "halt"]
