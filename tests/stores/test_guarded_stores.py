"""A store to anything but a declared field of the state is refused where it is made, in every kind of run.

The syntax check, which refuses most of these before anything runs, is switched off: nothing rests on it.
"""

from collections import deque

import pytest

from tests.support.sampling import sampled
from tests.support.stores import (
    CLASS,
    OBSERVE,
    PROPERTY,
    SIMULATE,
    VERIFY,
    Store,
    complaint,
    written,
)
from tests.support.toys import Bad, climb
from vtsc.base.errors import StoreError
from vtsc.stores.guard import Guard
from vtsc.stores.memory import Memory, note_modules, packages_of


def helper(body: str) -> str:
    """A function at the top of the design's file."""
    return f"def helper(thing, name, value):\n{body}\n"


STATE = "what a step leaves is in declared fields of the state's records"
STORES = {
    # what is no record
    "the design": Store("self.moved = True  # !", f"a store into .moved of a V2637: {STATE}"),
    "the design, by setattr": Store("setattr(self, 'moved', 1)  # !", "a store into .moved of a V2637"),
    "the design, through an alias": Store("me = self\nme.moved = 1  # !", "a store into .moved of a V2637"),
    "the design, deleted from": Store("del self.vendor  # !", "`del` of .vendor of a V2637"),
    "the design's class": Store("V2637.moved = vcpu.number  # !", "model.designs.v2_6_37.V2637.moved"),
    "its class, by type": Store("type(self).traps = 1  # !", "model.designs.v2_6_37.V2637.traps"),
    "a class above": Store("Patch25.moved = 1  # !", "model.designs.patch25.Patch25.moved"),
    "a list of its class": Store(
        "self.seen.append(1)  # !", "V2637.seen", top=CLASS + "    seen = []\n"
    ),
    "a list of the module": Store("SEEN.append(1)  # !", "model.designs.v2_6_37.SEEN", top="SEEN = []\n"),
    "a list, through an alias": Store(
        "seen = SEEN\nseen += [1]  # !", "model.designs.v2_6_37.SEEN", top="SEEN = []\n"
    ),
    "a list in a tuple": Store(
        "KEPT[0].append(vcpu.number)  # !", "model.designs.v2_6_37.KEPT", top="KEPT = ([], 1)\n"
    ),
    "a dict of the module": Store(
        "NOTED[vcpu.number] = 1  # !", "model.designs.v2_6_37.NOTED", top="NOTED = {}\n"
    ),
    "a set of the module": Store("SEEN.add(1)  # !", "model.designs.v2_6_37.SEEN", top="SEEN = set()\n"),
    "a name of the module": Store(
        "helper(0, 0, 1)", "model.designs.v2_6_37.moved",
        top="moved = 0\n" + helper("    global moved\n    moved = value  # !"),
    ),
    "a list of another module": Store(
        "base.__all__.append('x')  # !", "model.designs.base.__all__", top="from model.designs import base\n"
    ),
    "a mutable default": Store(
        "self.note(vcpu)", "V2637.note",
        top=CLASS + "    def note(self, vcpu, seen=[]):\n        seen.append(vcpu.number)  # !\n\n",
    ),
    "a closure": Store(
        "NOTE()", "model.designs.v2_6_37.NOTE",
        top="def making():\n    seen = []\n    def note():\n        seen.append(1)  # !\n"
        "    return note\n\n\nNOTE = making()\n",
    ),
    "a function": Store(
        "helper.moved = 1  # !", "model.designs.v2_6_37.helper.moved", top=helper("    return")
    ),
    "a setting": Store("self.settings['trapping'] = 'on'  # !", "a store into the setting trapping"),
    "a setting, from inside": Store(
        "self.settings._values['trapping'] = 'on'  # !", "settings._values"
    ),
    "an attribute of the settings": Store("self.settings._values = {}  # !", "a store into ._values of the"),
    "the host's contract": Store(
        "host.contract.may_jump = True  # !", "a store into .may_jump of a Stable: what a step"
    ),
    "the host's time base": Store("host.base.khz = 5  # !", "a store into an object that never changes"),
    # records, but no fields
    "the scale": Store(
        "vcpu.vm.virtual_tsc_shift, vcpu.vm.virtual_tsc_mult = 0, 1 << 31  # !",
        "a store into vm.virtual_tsc_shift, which is no field: declare it in VmFields",
    ),
    "which VM it is": Store("vcpu.vm = host  # !", "a store into vcpu0.vm, which is no field"),
    "an item of the vCPUs": Store("vcpu.vm.vcpus[0] = vcpu  # !", "'tuple' object does not support"),
    "an undeclared field": Store(
        "vcpu.note = 1  # !",
        "a store into vcpu0.note, which is not declared: declare it in VcpuFields, with counter(...)",
    ),
    "a misspelt field": Store(
        "vcpu.tsc_ofset = 1  # !", "vcpu0.tsc_ofset, which is not declared: did you mean tsc_offset?"
    ),
    "an undeclared field, in its dict": Store("vars(vcpu)['note'] = 1  # !", "a store into vcpu0.note: "),
    "a float, around the guard": Store(
        "vars(vcpu)['host_tsc'] = 0.5  # !", "a store into vcpu0.host_tsc: "
    ),
    "an undeclared field, past the guard": Store(
        "object.__setattr__(vcpu, 'note', 1)  # !", "a store into vcpu0.note: "
    ),
    "a misspelt field, by a helper": Store(
        "helper(vcpu, 'tsc_ofset', 1)", "did you mean tsc_offset?",
        top=helper("    setattr(thing, name, value)  # !"),
    ),
    "a deleted field": Store("del vcpu.tsc_offset  # !", "`del` of vcpu0.tsc_offset: store another value"),
    "a record that is no part of the state": Store(
        "SPARE.tsc = 5  # !", "SPARE.tsc", top="from model.state import Pcpu\n\nSPARE = Pcpu()\n"
    ),
    # fields, but another's
    "the host's field": Store(
        "host.tsc_unstable = True  # !",
        "a store into host.tsc_unstable: the functions of a Design store into vm and vcpu only",
    ),
    "a pCPU's field": Store(
        "host.pcpus[0].tsc = 5  # !", "a store into pcpu0.tsc: the functions of a Design"
    ),
    "the host's field, by a helper": Store(
        "helper(host, 'tsc_unstable', True)", "a store into host.tsc_unstable: the functions of a Design",
        top=helper("    setattr(thing, name, value)  # !"),
    ),
    "a vCPU, by a property": Store(
        "state.vm.vcpus[0].tsc_offset = 0  # !",
        "a store into vcpu0.tsc_offset: a property stores into its own ghosts only",
        file=PROPERTY, before=OBSERVE,
    ),
    "the host, by a property": Store(
        "state.host.t = 0  # !", "a store into host.t: a property stores", file=PROPERTY, before=OBSERVE
    ),
    "the state, by a property": Store(
        "state.moved = 1  # !", "a store into .moved of a MachineState", file=PROPERTY, before=OBSERVE
    ),
    "the records, by a property": Store(
        "state.records['x'] = 1  # !", "a store into an item of a dict", file=PROPERTY, before=OBSERVE
    ),
    "a property": Store(
        "self.seen = 1  # !", "a store into .seen of a NonzeroDelta", file=PROPERTY, before=OBSERVE
    ),
    "a property's table": Store(
        "TABLE[step.call] = 1  # !", "properties.nonzero_delta.TABLE", top="TABLE = {}\n",
        file=PROPERTY, before=OBSERVE,
    ),
    "the machine, by a property": Store(
        "machine.sizes['vcpu'] = 1 + 1  # !", "Machine.sizes", file=PROPERTY, before=OBSERVE
    ),
    "the ghosts, by a property": Store(
        "ghosts['x'] = 1  # !", "a store into an item of a dict", file=PROPERTY, before=OBSERVE
    ),
    "the step, by a property": Store(
        "step.observed = 1  # !", "a store into an object that never changes", file=PROPERTY, before=OBSERVE
    ),
    # values that do not fit
    "a float": Store("vcpu.tsc_offset = 0.5  # !", "a store into vcpu0.tsc_offset: 0.5 is no number"),
    "half of one": Store("vcpu.host_tsc = 1 / 2  # !", "a store into vcpu0.host_tsc: 0.5 is no number"),
    "None": Store("vcpu.tsc_offset = None  # !", "a store into vcpu0.tsc_offset: None is no number"),
    "a text": Store("vcpu.last_host_tsc = 'lag'  # !", "vcpu0.last_host_tsc: 'lag' is no number"),
    "7 in a flag": Store("vcpu.tsc_rebase = 7  # !", "a store into vcpu0.tsc_rebase: 7 is no truth value"),
    "None in a flag": Store("vcpu.tsc_rebase = None  # !", "vcpu0.tsc_rebase: None is no truth value"),
    "a truth in a counter": Store("vcpu.tsc_offset = True  # !", "vcpu0.tsc_offset: True is no number"),
    "a truth in an index": Store("vcpu.cpu = True  # !", "a store into vcpu0.cpu: True is no number"),
    "a list in a counter": Store("vcpu.tsc_offset = [1]  # !", "vcpu0.tsc_offset: a list is no number"),
    "a word above its range": Store("vcpu.host_tsc = 1 << 62  # !", "a store into vcpu0.host_tsc: "),
    "a word below its range": Store("vcpu.host_tsc = -1  # !", "a store into vcpu0.host_tsc: "),
    "a counter in a word": Store(
        "vcpu.host_tsc = vcpu.tsc_offset  # !", "a store into vcpu0.host_tsc: "
    ),
    "an index out of range": Store("vcpu.cpu = 2  # !", "a store into vcpu0.cpu: "),
    "an index below": Store("vcpu.cpu = -2  # !", "a store into vcpu0.cpu: "),
    "one of several": Store(
        "vcpu.tsc_offset, vcpu.cpu = 1, 7  # !", "a store into vcpu0.cpu: "
    ),
    "one that is stored over": Store(
        "vcpu.tsc_rebase = 7  # !\nvcpu.tsc_rebase = False", "7 is no truth value"
    ),
    "by a helper": Store(
        "helper(vcpu, 'tsc_offset', 0.5)", "a store into vcpu0.tsc_offset: 0.5 is no number",
        top=helper("    setattr(thing, name, value)  # !"),
    ),
    "only now and then": Store(
        "if host.t > 5:\n    vcpu.cpu = 9  # !", "a store into vcpu0.cpu: "
    ),
}  # fmt: skip


@pytest.mark.slow
@sampled(3, "name", STORES)
def test_a_plain_run_names_the_line(capsys, copy, fresh, name):
    """`vtsc simulate`, which explores nothing."""
    line, store = written(copy, STORES[name]), STORES[name]
    said = complaint(capsys, "simulate", *SIMULATE, "--root", str(copy))
    assert f"{store.file}:{line}: " in said and store.said in said


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("name", STORES)
def test_exploring_names_the_line(capsys, copy, fresh, name):
    """`vtsc verify`, which explores before it runs anything."""
    line, store = written(copy, STORES[name]), STORES[name]
    said = complaint(capsys, "verify", *VERIFY, "--root", str(copy))
    assert f"{store.file}:{line}: " in said and store.said in said


@pytest.mark.parametrize(
    ("held", "kind"),
    [(deque((1, 2)), "deque"), (iter((1, 2)), "tuple_iterator"), (bytearray(2), "bytearray")],
)
def test_nothing_is_held_whose_changes_nobody_sees(held, kind):
    """Such as an iterator, which remembers what it gave though nothing is stored to it."""
    toy = climb()
    toy.tokens = (1, held)
    with pytest.raises(StoreError, match=rf"Toy.tokens holds a {kind}, whose changes nobody sees"):
        Guard(toy, [Bad()])


def _defaulted(*, k=1):
    return k


def _replaced():
    return 2


SAME_VALUES = {
    "a key of a dict": ({"a": True}, lambda d: (d.pop("a"), d.__setitem__("b", True))),
    "a later key": ({1: 0, 2: 0}, lambda d: (d.pop(2), d.__setitem__(7, 0))),
    "a default by keyword": (_defaulted, lambda f: setattr(f, "__kwdefaults__", {"k": 2})),
    "a keyword's default": (_defaulted, lambda f: f.__kwdefaults__.update(k=3)),
    "a function's code": (_replaced, lambda f: setattr(f, "__code__", (lambda: 3).__code__)),
}


@pytest.mark.parametrize("name", SAME_VALUES)
def test_what_leaves_the_values_of_a_container_alone_is_noticed(name):
    """And it is put back."""
    thing, change = SAME_VALUES[name]
    machine = climb()
    machine.kept = thing
    memory = Memory([machine])
    if callable(thing):
        memory.packages = {*memory.packages, "tests"}
        memory.note("kept", thing)
    assert memory.changed() == []
    change(thing)
    assert memory.changed()
    memory.restore()
    assert memory.changed() == []


def test_a_store_into_a_module_is_noticed_by_all_who_share_its_walk(monkeypatch):
    """Modules are walked once for all machines of their packages; each notices a store, and its own."""
    one, other = climb(), climb()
    one.kept = [1]
    memories = [Memory([one]), Memory([other])]
    packages = memories[0].packages
    assert note_modules(packages) is note_modules(packages)
    assert [memory.changed() for memory in memories] == [[], []]
    module = type(one).__module__
    monkeypatch.setattr(f"{module}.LATER", 1, raising=False)
    one.kept.append(2)
    first, second = (memory.changed() for memory in memories)
    assert any(name.endswith("LATER") for name in first)
    assert any("kept" in name for name in first)
    assert any(name.endswith("LATER") for name in second)
    assert not any("kept" in name for name in second)
    monkeypatch.undo()
    one.kept.pop()
    assert [memory.changed() for memory in memories] == [[], []]


def test_a_walk_of_more_packages_serves_for_some_of_them(monkeypatch):
    """So a machine without monitors needs none of its own."""
    monkeypatch.setattr("vtsc.stores.memory._NOTED", set())
    packages = packages_of([climb()])
    more = note_modules([*packages, "colorsys"])
    assert note_modules(packages) is more
    assert note_modules([*packages, "nothing_of_that_name"]) is not more


def test_runs_that_are_checked_together_are_checked_all_the_same():
    """The store is noticed when the last run has ended, or as soon as one fails, and it is put back."""
    toy = climb()
    toy.kept = [1]
    guard = Guard(toy, [Bad()])

    def store() -> None:
        toy.kept.append(2)

    def fail() -> None:
        raise ValueError

    def refused() -> pytest.RaisesExc:
        return pytest.raises(StoreError, match="kept")

    with refused(), guard.together():
        guard.checked(store, store)
        ended = True
    assert ended and toy.kept == [1]
    with guard.together(), refused():
        guard.checked(store, store)
        guard.checked(fail, fail)
    with refused():
        guard.checked(store, store)
    assert toy.kept == [1]
