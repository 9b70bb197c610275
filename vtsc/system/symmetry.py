"""Symmetry: which instances of a kind are interchangeable, so any of them may stand for another.

The machine names instances that it treats alike and that start alike (`Machine.symmetric`). It is not
believed: the steps and the starts are compared with themselves after an exchange (`Alike`).
"""

from typing import Any

from vtsc.system.alike import Alike
from vtsc.system.doubts import Invariants
from vtsc.system.system import System


def note_symmetry(system: System, machine: Any, known: Invariants) -> None:
    """Record which instances are interchangeable, and why others that are named as such are not."""
    alike = Alike(system, machine.sizes, machine.kinds, known)
    for kind, instances in machine.symmetric.items():
        if len(instances) < 2:
            continue
        group = {kind: instances}
        why = alike.starts_differ(group) or alike.steps_differ(group)
        if why:
            system.lopsided[kind] = why
        else:
            system.symmetric[kind] = instances
    for call in system.calls:
        named = zip(machine.kinds(call), call.args, strict=True)
        system.uses[call] = tuple((k, i) for k, i in named if i in system.symmetric.get(k, ()))
