"""Builds a transition system: explores a machine and its monitors, and simplifies the result."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from vtsc.base.errors import BadFileError, NoStart, StoreError
from vtsc.base.lines import Line, nothing_wanted
from vtsc.language.actions import Call
from vtsc.language.claims import Monitor
from vtsc.language.lemmas import Lemma
from vtsc.language.numbers import Noted, Number
from vtsc.language.state import Field, Value
from vtsc.language.words import MASK, Illegal
from vtsc.stores.guard import Guard
from vtsc.stores.records import Unfit
from vtsc.symbolic.fields import RangeError, lifted, unknown
from vtsc.symbolic.inputs import Ranges, Unknowns, Widened
from vtsc.symbolic.names import INITIAL, MID, RECORDS_TAKEN
from vtsc.symbolic.paths import Doubt, Feasibility, explore
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.trees import Tree, leaves
from vtsc.symbolic.values import lift_truth, same
from vtsc.system.alike import compared
from vtsc.system.both import one_value
from vtsc.system.doubts import Doubts, Explored, Invariants
from vtsc.system.instances import check_instances, own_numbers
from vtsc.system.simplify import simplify
from vtsc.system.symmetry import note_symmetry
from vtsc.system.system import Fact, Rule, Slot, System
from vtsc.system.watched import Outcome, Watched, attributes, merged


class _Builder:
    """One exploration of a machine and its monitors."""

    def __init__(
        self,
        machine: Any,
        monitors: Sequence[Monitor],
        feasibility: Callable[[Arena], Feasibility],
        wanted: Callable[[str], bool],
        lemmas: Sequence[Lemma],
        calls: Sequence[Call] | None,
        ranges: tuple[Ranges, Ranges],
        noted: Noted | None,
        guard: Guard,
        more: Sequence[Call],
        arena: Arena | None,
    ) -> None:
        self.machine = machine
        self.guard = guard
        guard.accept = self._accept
        self.monitors = monitors
        self.arena = arena or Arena()
        self.feasibility = feasibility(self.arena)
        self.wanted = wanted
        self.lemmas = lemmas
        self.calls: Sequence[Call] = tuple(machine.calls() if calls is None else calls)
        self.more = more
        self.sizes: dict[str, int] = machine.sizes
        self.initial_inputs = Unknowns(self.arena, INITIAL, ranges[0])
        self.inputs = Unknowns(self.arena, "", ranges[1])
        self.noted = noted
        self.state = Watched(guard, monitors)
        records = self.state.records
        if noted is not None:
            self.state.mark(own_numbers(records, self.sizes, noted))
        taken = sorted(RECORDS_TAKEN & {name.partition(".")[0] for name in records})
        if taken:
            raise BadFileError(f"record {taken[0]}: the checker uses that name; choose another")
        self.attributes = {n: attributes(r) for n, r in records.items()}
        self.doubts = Doubts([], [])
        check_instances(records, self.sizes)
        self.places = tuple(self.state.slots())
        names = (Slot(name, f, r.instance) for name, r, _, f in self.places)
        self.slots = {slot.name: slot for slot in names}

    def _fresh(self) -> Watched:
        """The state with every field at its declared start; it is the same object on every path."""
        self.state.begin()
        return self.state

    def _numbers(self, kinds: Sequence[str], args: Sequence[int]) -> tuple[int, ...]:
        """The numbers ``args`` of instances, which note what is done with them if that is asked for."""
        if self.noted is None:
            return tuple(args)
        return tuple(Number.of(k, n, self.noted) for k, n in zip(kinds, args, strict=True))

    def _accept(self, field: Field, value: Value) -> Value:
        """The value that a field holds once ``value`` is stored; raises `Unfit` if it is out of range."""
        try:
            lifted(field, self.arena, value, self.sizes)
        except RangeError as error:
            raise Unfit(str(error)) from None
        if field.kind == "u64":
            return value & MASK if isinstance(value, int) else value.counted()
        return value

    def _unknown(self, suffix: str, only: set[str] | None = None) -> dict[str, Value]:
        values = {}
        for name, slot in self.slots.items():
            own = name + (suffix if only is None or name in only else "")
            if self._constant(name):
                values[name] = lifted(slot.field, self.arena, slot.field.start, self.sizes)
            else:
                values[name] = unknown(slot.field, self.arena, own, self.sizes)
        return values

    def _constant(self, name: str) -> bool:
        """Whether the machine promises that a field keeps its start value."""
        return name.rpartition(".")[2] in self.machine.constants

    def _filled(self, values: Mapping[str, Value]) -> Watched:
        state = self._fresh()
        for full, record, name, _ in self.places:
            vars(record)[name] = values[full]
        return state

    def _lifted(self, state: Watched, filled: Mapping[str, Value]) -> dict[str, Value]:
        """The state's values in symbolic form, checked against the ranges of their fields.

        ``filled``: the values that the fields had at first. A field that still has that value is not checked.
        """
        for name, stored in state.records.items():
            strange = vars(stored).keys() - self.attributes[name]
            if strange:
                raise StoreError(
                    f"a store into {name}.{min(strange)}, which is no field, by its dict"
                )
        values = {}
        for full, record, name, declared in self.places:
            value = getattr(record, name)
            if value is filled.get(full):
                values[full] = value
                continue
            try:
                values[full] = lifted(declared, self.arena, value, self.sizes)
            except RangeError as error:
                raise StoreError(f"a store into {full}: {error}") from None
        return values

    def _explore(
        self,
        run: Callable[[], Outcome],
        doubts: list[Doubt] | None = None,
        strict: bool = True,
    ) -> Tree[Outcome]:
        return explore(self.arena, run, self.feasibility, (), self.wanted, doubts, strict)

    def build(self) -> Explored:
        """Explore initialisation, time passing and every call; raises `NoStart` without a legal start."""

        refused: list[Illegal] = []

        def initialise() -> Outcome:
            state = self._fresh()
            self.initial_inputs.begin()
            try:
                self.machine.initialise(state.inner, self.initial_inputs)
            except Illegal as refusal:
                refused.append(refusal)
                raise
            return self._lifted(state, {})

        initially, initial = merged(self.arena, self._explore(initialise))
        if not initial:
            raise NoStart(refused[-1])
        pre = self._unknown("")

        def advance() -> Outcome:
            state = self._filled(pre)
            self.inputs.begin()
            self.machine.advance(state.inner, self.inputs)
            return self._lifted(state, pre)

        passable, passed = merged(self.arena, self._explore(advance, self.doubts.before))
        moved = {name for name in self.slots if not same(passed[name], pre[name])}
        mid = self._unknown(MID, moved)
        passing = frozenset(self.inputs.names)
        rules = [
            rule
            for number, call in enumerate(self.calls)
            for rule in self._rules(number, call, mid, passing)
        ]
        self._keep_promises(initial, passed, pre, rules)
        indices = list(one_value(self.arena, pre))
        system = System(
            arena=self.arena,
            calls=tuple(self.calls),
            slots=self.slots,
            pre=pre,
            mid=mid,
            initial=initial,
            initially=initially,
            passing={name: passed[name] for name in self.slots if name in moved},
            passable=passable,
            rules=rules,
            targets=tuple(m.name for m in self.monitors),
            inputs=self.inputs,
            initial_inputs=self.initial_inputs,
            time_input=self.machine.time_input,
            facts=[
                *indices,
                *(f for lemma in self.lemmas for f in self._facts(lemma, pre)),
            ],
        )
        frame = [f for x in self.machine.lemmas() if x.frame for f in self._facts(x, pre)]
        known = Invariants(system, indices, frame, self.feasibility.possible)
        self.doubts.settle(system, known, self.feasibility.possible)
        if not self.more:
            return Explored(system, system, known)
        for number, call in enumerate(self.more, len(self.calls)):
            rules = [*rules, *self._rules(number, call, mid, passing)]
        whole = replace(system, calls=(*system.calls, *self.more), rules=rules)
        known = Invariants(whole, indices, frame, self.feasibility.possible)
        return Explored(system, whole, known)

    def _keep_promises(
        self,
        initial: Mapping[str, Value],
        passed: Mapping[str, Value],
        pre: Mapping[str, Value],
        rules: Sequence[Rule],
    ) -> None:
        """Check that fields that the machine calls constant are so, initially and after every step."""
        for name in filter(self._constant, self.slots):
            changed = any(name in rule.updates for rule in rules)
            if changed or not (same(initial[name], pre[name]) and same(passed[name], pre[name])):
                raise BadFileError(f"the model says that {name} never changes, but it does")

    def _facts(self, lemma: Lemma, pre: Mapping[str, Value]) -> Iterator[Fact]:
        """The facts of a lemma, one for each choice of instances, its forks merged into one condition."""
        for args in lemma.instances(self.sizes):

            def state_it(args: tuple[int, ...] = args) -> Outcome:
                state = self._filled(pre)
                ghosts = state.ghosts.get(lemma.owner, {})
                numbers = self._numbers(lemma.over, args)
                return {"": lemma.holds(self.machine, state.inner, ghosts, *numbers)}

            tree = self._explore(state_it, self.doubts.before, strict=False)
            _, outcome = merged(self.arena, tree)
            yield Fact(lemma, args, lift_truth(self.arena, outcome[""]))

    def _rules(
        self, number: int, call: Call, mid: Mapping[str, Value], passing: frozenset[str]
    ) -> list[Rule]:
        """A call's rules, one for each path; ``passing`` are the inputs with which time passes before it."""
        taken = Call(call.name, self._numbers(self.machine.kinds(call), call.args))

        def perform() -> Outcome:
            state = self._filled(mid)
            self.inputs.begin(passing)
            step = self.machine.perform(state.inner, taken, self.inputs)
            hits = state.observe(self.machine, self.monitors, step)
            return {**self._lifted(state, mid), "": hits}

        found = []
        for above, leaf in leaves(self.arena, self._explore(perform, self.doubts.amid)):
            if leaf.outcome is None:
                continue
            hits = leaf.outcome.pop("")
            condition = self.arena.conjunction((*above, *leaf.assumptions))
            changed = {
                n: v for n, v in leaf.outcome.items() if v is not mid[n] and not same(v, mid[n])
            }
            targets = {name: lift_truth(self.arena, hit) for name, hit in hits.items()}
            targets = {name: hit for name, hit in targets.items() if hit is not self.arena.false}
            found.append(Rule(number, condition, changed, targets, leaf.lines))
        return found


def build(
    machine: Any,
    monitors: Sequence[Monitor],
    feasibility: Callable[[Arena], Feasibility],
    wanted: Callable[[str], bool] = nothing_wanted,
    lemmas: Sequence[Lemma] = (),
    calls: Sequence[Call] | None = None,
    compare: bool = False,
    keep: Sequence[str] = (),
) -> System:
    """The transition system of ``machine`` watched by ``monitors``, with ``lemmas`` stated about it.

    ``calls``: those that stand for all, where instances are interchangeable; None for every call.
    ``compare``: explore the other calls, too, and note in `System.compared` whether these stand for them.
    ``keep``: fields that are wanted even where nothing depends on them.
    """
    noted: dict[tuple[Line, str], None] = {}
    others = [call for call in machine.calls() if calls is not None and call not in calls]
    found = explored(
        machine,
        monitors,
        feasibility,
        wanted,
        lemmas,
        calls,
        (lambda line, what: noted.setdefault((line, what))) if compare else None,
        others if compare else (),
    )
    system = found.system
    if calls is None and not lemmas:
        note_symmetry(system, machine, found.known)
    elif calls is not None:
        system.kin = {name: slot.kin(machine.sizes) for name, slot in system.slots.items()}
    if compare:
        system.compared = compared(machine, found.whole, found.known, noted)
    simplify(system, keep)
    return system


def explored(
    machine: Any,
    monitors: Sequence[Monitor],
    feasibility: Callable[[Arena], Feasibility],
    wanted: Callable[[str], bool] = nothing_wanted,
    lemmas: Sequence[Lemma] = (),
    calls: Sequence[Call] | None = None,
    noted: Noted | None = None,
    more: Sequence[Call] = (),
    ranges: tuple[Ranges, Ranges] | None = None,
    arena: Arena | None = None,
) -> Explored:
    """The system before it is simplified; ``more`` are calls that are explored after all others.

    ``ranges``: those of the inputs of the initial state and of steps, to be shared with other systems.
    ``arena``: the one in which the terms are made, by default a new one.
    """
    guard = Guard(machine, monitors)
    covered = ({}, {}) if ranges is None else ranges
    begin = partial(_Builder, machine, monitors, feasibility)

    def built(wanted: Callable[[str], bool] = nothing_wanted) -> Explored:
        while True:
            with suppress(Widened):
                return begin(wanted, lemmas, calls, covered, noted, guard, more, arena).build()

    return guard.checked(partial(built, wanted), built)
