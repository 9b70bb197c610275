"""Mutants: which mistakes are made, in which order, and that each is one mistake and no more."""

import ast
from dataclasses import replace

import pytest

from crosscheck.mutate import mutants
from crosscheck.shift import shifted
from tests.support.cases import open_case
from tests.support.paths import ROOT
from vtsc.base.errors import EvidenceError
from vtsc.evidence.bystander import bystander, start
from vtsc.evidence.systems import Systems
from vtsc.solver.solve import solve
from vtsc.system.system import System

SOURCE = '''"""Docstring with a < b."""

LIMIT = 5  # no function: left alone


def load(self, cpu):
    """Docstring: 1."""
    if self.cpu != cpu and self.off:  # a comment
        self.delta -= cpu + 1
        self.request("é")
    local = True
    return local
'''
LOAD = [
    (8, 7, "guard self.cpu != cpu and self.off made True"),
    (8, 7, "guard self.cpu != cpu and self.off made False"),
    (8, 7, "guard self.cpu != cpu and self.off negated"),
    (8, 7, "self.cpu != cpu dropped from self.cpu != cpu and self.off"),
    (8, 7, "self.off dropped from self.cpu != cpu and self.off"),
    (8, 7, "self.cpu != cpu made self.cpu == cpu"),
    (9, 8, "dropped: self.delta -= cpu + 1"),
    (9, 8, "self.delta -= cpu + 1 made self.delta += cpu + 1"),
    (9, 8, "swapped with the next: self.delta -= cpu + 1"),
    (9, 22, "cpu + 1 made cpu - 1"),
    (9, 28, "1 made 2"),
    (9, 28, "1 made 0"),
    (10, 8, 'dropped: self.request("é")'),
    (11, 12, "True made False"),
]


def test_the_mistakes_of_a_function():
    """Every kind of mistake, by place; docstrings, comments and module level have none."""
    assert [(m.line, m.column, m.description) for m in mutants(SOURCE)] == LOAD


def test_a_mutant_differs_in_its_mistake_only():
    """The rest of the text, comments and all, stays."""
    changed = {m.description: m.source for m in mutants(SOURCE)}
    assert changed['dropped: self.request("é")'] == SOURCE.replace('self.request("é")', "pass")
    swapped = SOURCE.replace("        self.delta -= cpu + 1\n", "").replace(
        'self.request("é")', 'self.request("é")\n        self.delta -= cpu + 1'
    )
    assert changed["swapped with the next: self.delta -= cpu + 1"] == swapped
    assert changed["1 made 0"] == SOURCE.replace("cpu + 1", "cpu + (0)")


def test_constructors_and_formatted_strings_are_left_alone():
    """Neither the text in front of a value nor how an object starts is a mistake of a rule."""
    source = "class A:\n    def __init__(self):\n        self.n = 1\n"
    source += "    def show(self):\n        return f'{self.n + 1}'\n"
    assert mutants(source) == []


def test_every_mutant_of_the_designs_is_python_and_is_new():
    """No mutant equals the source or another mutant, and all parse."""
    for path in sorted((ROOT / "model" / "designs").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        made = mutants(source)
        assert len({m.source for m in made} | {source}) == len(made) + 1
        for mutant in made:
            ast.parse(mutant.source)


def own_system(content, design: str, host: str) -> System:
    """The system of `monotonic` without lemmas."""
    return Systems(open_case(content, design, host)).proof("monotonic", None, [])


def otherwise(system, what):
    """The system with another first TSC offset."""
    offset = system.initial["vcpu0.tsc_offset"]
    return replace(system, initial={**system.initial, "vcpu0.tsc_offset": what(offset)})


def test_a_constant_added_to_all_reads_is_taken_away_again(content):
    """Then starts and steps are those of the design; of another design they are not."""
    system = own_system(content, "2.6.35-svm", "cstate")
    later = shifted(otherwise(system, lambda offset: offset + 5), like=system)
    for one, other in ((system, later), (later, system)):
        solve({"start": start(one, other), "step": bystander(one, other, targets=True)})
    unlike = own_system(content, "2.6.35-vmx", "cstate")
    with pytest.raises(EvidenceError):
        solve({"step": bystander(unlike, shifted(system, like=unlike), targets=True)})


def test_a_mutant_that_starts_otherwise_is_not_equivalent(content):
    """Though every step be the same: another first value of a field is another run."""
    system = own_system(content, "pre25", "stable")
    solve({"start": start(system, system)})
    other = otherwise(system, lambda offset: offset + 1)
    with pytest.raises(EvidenceError, match="start"):
        solve({"start": start(system, other)})
