"""A machine stands for any number of instances only if it has all that a step may involve."""

from dataclasses import dataclass

import pytest

from vtsc.language.actions import Call
from vtsc.language.state import Instance, Record, index, instances
from vtsc.system.involved import too_few


class Train(Record):
    """A train that is on a track."""

    track: int = index("", 0, of="track")


class Chained(Record):
    """A train that names the next one."""

    following: int = index("", -1, of="train", lo=-1)


class Yard(Record):
    """The last two trains that left."""

    last: int = index("", -1, of="train", lo=-1)
    previous: int = index("", -1, of="train", lo=-1)


@dataclass
class Railway:
    """A machine of which each call names a train and a track."""

    sizes: dict[str, int]

    def calls(self):
        return (Call("move", (0, 0)), Call("stop", (0,)))

    def kinds(self, call):
        return ("train", "track")[: len(call.args)]


def records(train, trains, more=()):
    """The records of a railway, with a ghost for each train."""
    ghosts = instances("train", [Record() for _ in range(trains)])
    return {
        **instances("train", [train() for _ in range(trains)]),
        **dict(more),
        **{f"late.{name}": ghost for name, ghost in ghosts.items()},
    }


@pytest.mark.parametrize(
    ("trains", "tracks", "subjects", "why"),
    [
        (2, 3, 1, ""),
        (1, 3, 1, "a step may involve 2 of kind train, by the fields that name them"),
        (2, 2, 1, "a step may involve 3 of kind track, by the fields that name them"),
        (2, 3, 2, "a step may involve 3 of kind train, by the fields that name them"),
        (3, 4, 2, ""),
    ],
)
def test_subjects_arguments_and_what_they_name(trains, tracks, subjects, why):
    """The trains that are spoken of, the one that moves, their tracks, and the one that it moves to."""
    machine = Railway({"train": trains, "track": tracks})
    assert too_few(machine, records(Train, trains), subjects) == why


def test_what_a_record_of_all_names_is_involved():
    """Two more trains, with their tracks."""
    yard = {"yard": Yard()}
    why = too_few(Railway({"train": 3, "track": 9}), records(Train, 3, yard), 1)
    assert why == "a step may involve 4 of kind train, by the fields that name them"
    assert too_few(Railway({"train": 4, "track": 5}), records(Train, 4, yard), 1) == ""


def test_instances_that_name_their_own_kind_have_no_end():
    """No size is enough."""
    why = too_few(Railway({"train": 9, "track": 9}), records(Chained, 9), 1)
    assert why == "its instances name others of their own kind"


def test_the_instance_of_a_record_is_what_it_says():
    """Else nothing above would count."""
    assert records(Train, 2)["train1"].instance == Instance("train", 1)
