"""Bounded model checking: the least depth at which each target is hit, with a canonical witness.

The same runs serve all targets: at each depth the solver is asked for one that hits any of the targets that
have not been hit yet.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import z3

from vtsc.engines.search.canonical import as_found, canonical
from vtsc.engines.search.confirm import confirmed
from vtsc.engines.search.gave_up import GaveUp
from vtsc.engines.search.leap import is_hit_by_none
from vtsc.engines.search.runs import BUDGET, Runs
from vtsc.engines.task import Answer, Finding, Task
from vtsc.native.witness import Earlier, Witness
from vtsc.solver.expressions import some
from vtsc.solver.units import spent
from vtsc.solver.unroll import divides
from vtsc.system.system import System

UNAIDED = 12
"""The depth to which a search does without lemmas, even if there are some."""

LEAP, LEAST = 4, 3
"""The most and the fewest depths beyond `UNAIDED` about which one question is asked."""

GROWTH = 1.55
"""The factor by which a question is expected to cost more one step deeper; shipped cells have 1.3 to 1.9."""


@dataclass
class Search:
    """The findings of a search: hits, targets that no rule can hit, and how deep it got."""

    witnesses: dict[str, Witness] = field(default_factory=dict)
    never: set[str] = field(default_factory=set)
    depth: int = 0
    """The number of steps to which the search is complete."""
    reason: str = ""
    """The reason why the search stopped before the depth asked for; empty if it did not."""
    confirmed: int = 0
    """The depth to which a plain solver agrees that the targets without a witness are not hit."""


class Searching:
    """A search for targets of one system, which can be continued to a greater depth.

    The system's facts must be known to hold of every reachable state; they make the search faster.
    Witnesses are canonical, except for the targets in ``any_witness``.
    """

    def __init__(
        self,
        system: System,
        targets: Sequence[str],
        *,
        budget: int = BUDGET,
        symmetry: bool = True,
        any_witness: Collection[str] = (),
        earlier: Mapping[str, Earlier] | None = None,
    ) -> None:
        self.found = Search()
        hittable = {name for rule in system.rules for name in rule.targets}
        self.found.never = set(targets) - hittable
        self.wanted = [name for name in targets if name in hittable]
        """The targets that are still looked for."""
        self._any_witness = any_witness
        self._earlier = earlier or {}
        """Runs that hit targets as far as is known, which are tried where they end."""
        self._runs = Runs(system, budget, symmetry)
        self._budget = budget
        self._cost = 0
        """The units that the last question about a depth, or about several, has cost."""
        self._by_step = UNAIDED
        """The depth up to which each depth is asked about alone."""

    def give_up(self, names: Collection[str]) -> None:
        """Stop looking for the targets in ``names``."""
        self.wanted = [name for name in self.wanted if name not in names]

    def skip(self, depth: int) -> None:
        """Take it as known that runs of up to ``depth`` steps hit no target."""
        while self.found.depth < depth:
            hits = self._runs.extend().targets
            self._runs.rule_out(*(hits[name] for name in self.wanted))
            self.found.depth += 1

    def to(self, depth: int) -> Search:
        """Continue the search to ``depth`` and return its findings.

        It ends earlier where every target has been hit, or where the solver gives up, as the findings say.
        """
        found = self.found
        try:
            while self.wanted and found.depth < depth and not found.reason:
                before = spent()
                last = self._leap_end(depth)
                if last < found.depth + LEAST or not self._leap(last):
                    self._deeper()
                    found.depth += 1
                self._cost = spent() - before
        except GaveUp as why:
            found.reason = f"solver gave up at depth {found.depth + 1}: {why}"
            if found.depth:
                found.reason += f"; --bounded --depth {found.depth} asks for what it did decide"
        return found

    def _leap_end(self, depth: int) -> int:
        """The depth up to which one question is expected to be answered, short of a run known to hit."""
        here = self.found.depth
        if self._runs.divides or here < self._by_step:
            return here
        known = (len(earlier.run.calls) for n, earlier in self._earlier.items() if n in self.wanted)
        last = min((depth, here + LEAP, *(n - 1 for n in known if n > here)))
        while last > here and self._cost * GROWTH ** (last - here) > self._budget:
            last -= 1
        return last

    def _leap(self, last: int) -> bool:
        """Whether one question shows that no run of up to ``last`` steps hits anything that is wanted."""
        self._by_step = last
        try:
            none = is_hit_by_none(
                self._runs, self.wanted, self.found.depth + 1, last, 2 * self._budget
            )
        except GaveUp:
            return False
        if none:
            self.skip(last)
        return none

    def _deeper(self) -> None:
        runs = self._runs
        hits = runs.extend().targets
        for name, earlier in self._earlier.items():
            if runs.divides and not earlier.same:
                continue  # what is least there is found within a budget, and may hang on where it began
            if name in self.wanted and len(earlier.run.calls) == self.found.depth + 1:
                model = runs.taking(earlier.run, hits[name])
                if model is not None:  # where a system divides, it is as little as it was made then
                    self._note(name, model, least=not runs.divides, perhaps=True)
        while self.wanted:
            meaning = some([hits[name] for name in self.wanted])
            literal = runs.literal(f"any@{self.found.depth}.{len(self.wanted)}", meaning)
            model = runs.ask(literal)
            if model is None:
                runs.rule_out(*(hits[name] for name in self.wanted))
                return
            for name in [n for n in self.wanted if z3.is_true(model[hits[n]])]:
                self._note(name, model)

    def _note(self, name: str, model: Any, *, least: bool = True, perhaps: bool = False) -> None:
        """Note the run that hits a target in a model, and make it the least one if that is wanted.

        ``perhaps``: it is likely to be that already.
        """
        self.wanted.remove(name)
        least = least and name not in self._any_witness
        witness = partial(canonical, target=name, perhaps=perhaps) if least else as_found
        self.found.witnesses[name] = witness(self._runs, model=model)


def search(
    system: System,
    targets: Sequence[str],
    depth: int,
    *,
    budget: int = BUDGET,
    symmetry: bool = True,
    any_witness: Collection[str] = (),
    earlier: Mapping[str, Earlier] | None = None,
    beyond: int = 0,
    confirm: bool = False,
) -> Search:
    """Look for each of ``targets`` in runs of up to ``depth`` steps; see `Searching`.

    ``beyond``: the depth to which another search has found that none is hit. ``confirm``: ask a plain solver,
    too, about the targets that are not hit to ``depth``; raises `EvidenceError` where it hits one.
    """
    searching = Searching(
        system,
        targets,
        budget=budget,
        symmetry=symmetry,
        any_witness=any_witness,
        earlier=earlier,
    )
    searching.skip(beyond)
    found = searching.to(depth)
    if confirm and searching.wanted and not found.reason:
        found.confirmed = confirmed(system, searching.wanted, found.depth, symmetry)
    return found


def decide(task: Task) -> Answer:
    """Answer with a shortest run that hits the target, or that none does within the task's depth.

    Lemmas make a deep search faster and a shallow one slower, so they are stated beyond depth `UNAIDED` only.
    They are never stated for a system that divides, since they do not help there.
    """
    target, system = task.target, task.system
    stating = bool(task.known) and not divides(system)
    first = min(task.depth, UNAIDED) if stating else task.depth
    earlier = {} if task.earlier is None else {target: task.earlier}
    found = search(system, [target], first, earlier=earlier, confirm=first == task.depth)
    if stating and not found.witnesses and found.depth < task.depth:
        stated, before = task.stated(task.known), found.depth
        found = search(stated, [target], task.depth, earlier=earlier, beyond=before, confirm=True)
    if target in found.witnesses:
        witness = found.witnesses[target]
        return Answer(Finding.VIOLATED, depth=len(witness.calls), witness=witness)
    if found.reason:
        return Answer(Finding.OPEN, depth=found.depth, reason=found.reason)
    why = next(iter(system.lopsided.values()), "")
    return Answer(Finding.HOLDS, depth=found.depth, confirmed=found.confirmed, lopsided=why)
