"""Small machines with three interchangeable members, some of whom a random rule may treat in its own way."""

from dataclasses import dataclass
from random import Random
from typing import Any

from vtsc.language.actions import Action, Step
from vtsc.language.claims import Monitor
from vtsc.language.state import Record, State, flag, index, instances
from vtsc.language.table import TableMachine
from vtsc.language.words import both, either, negation

MEMBERS = 3


class Member(Record):
    """One of the crew."""

    on: bool = flag("whether it is on")
    done: bool = flag("whether it has been done")
    friend: int = index("whom it looks at", 0, of="member")

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Hall(Record):
    """What all share."""

    open: bool = flag("whether it is open")


class Crew(State):
    """The members and their hall."""

    def __init__(self) -> None:
        super().__init__()
        self.members = [Member(n) for n in range(MEMBERS)]
        self.hall = Hall()
        self.records |= instances("member", self.members)
        self.records["hall"] = self.hall


@dataclass
class Odd:
    """A condition that singles out a member, or none; for guards and effects."""

    number: int | None
    friend: int | None

    def of(self, member: Any) -> Any:
        """Whether it is true of a member."""
        found = member.on
        if self.number is not None and member.number == self.number:
            found = negation(found)
        if self.friend is not None:
            found = either([found, member.friend == self.friend])
        return found


class CrewMachine(TableMachine):
    """Rules made from a seed."""

    sizes = {"member": MEMBERS}
    symmetric = {"member": tuple(range(MEMBERS))}

    def __init__(self, seed: int) -> None:
        draw = Random(seed)
        kinds = draw.choices(("even", "number", "friend", "start"), (4, 2, 2, 1), k=1)
        self.kind = kinds[0]
        number = draw.randrange(MEMBERS) if self.kind == "number" else None
        friend = draw.randrange(MEMBERS) if self.kind == "friend" else None
        self.odd = Odd(number, friend)
        self.first = draw.randrange(MEMBERS) if self.kind == "start" else None
        self.guarded, self.shared = draw.random() < 0.5, draw.random() < 0.5
        self.needs_two = draw.random() < 0.5

    def table(self) -> list[Action[Crew]]:
        """Members switch on, look at each other, and are done."""
        one, two = ("member",), ("member", "member")
        return [
            Action("switch", one, self.always, self.switch, "a member switches"),
            Action("look", two, self.may_look, self.look, "a member looks at another"),
            Action("finish", one, self.may_finish, self.finish, "a member is done"),
        ]

    def state(self) -> Crew:
        """All off."""
        return Crew()

    def initialise(self, state: Crew, inputs: Any) -> None:
        """Nobody is on, or one that is singled out; everybody looks at oneself."""
        for member in state.members:
            member.friend = member.number
            member.on = member.number == self.first

    def lemmas(self) -> list[Any]:
        """None."""
        return []

    def always(self, state: Crew, a: int) -> bool:
        """Any time."""
        return True

    def switch(self, state: Crew, a: int) -> None:
        """On and off; the hall opens with the first."""
        member = state.members[a]
        member.on = negation(member.on)
        if self.shared:
            state.hall.open = either(m.on for m in state.members)

    def may_look(self, state: Crew, a: int, b: int) -> bool:
        """Whoever is on looks at another."""
        return both(state.members[a].on, negation(state.members[a].friend == b))

    def look(self, state: Crew, a: int, b: int) -> None:
        """Look."""
        state.members[a].friend = b

    def may_finish(self, state: Crew, a: int) -> bool:
        """Where the odd condition says so."""
        fits = self.odd.of(state.members[a])
        return both(fits, state.hall.open) if self.guarded and self.shared else fits

    def finish(self, state: Crew, a: int) -> bool:
        """Done; whether that is bad: for a member that looks at a friend who is done."""
        member = state.members[a]
        member.done = True
        friends = (both(member.friend == n, m.done) for n, m in enumerate(state.members) if n != a)
        return either(friends) if self.needs_two else negation(self.odd.of(member))


class Bad(Monitor):
    """Violated where finishing is bad."""

    name = "bad"
    claim = "nothing bad happens"

    def observe(self, machine: Any, state: Any, ghosts: Any, step: Step) -> Any:
        """What the step noted."""
        return step.call.name == "finish" and step.observed
