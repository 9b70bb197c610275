"""Trapped reads of litmus files are those of the model, and what is proved, another solver proves."""

from itertools import product
from types import SimpleNamespace

import pytest

from model.trapping import emulate_rdtsc
from questions.litmus import chosen
from questions.litmus.deciding import Proof, decide
from questions.litmus.interpreter import replay
from questions.litmus.program import EMULATIONS
from questions.litmus.question import question
from questions.litmus.reading import read
from questions.litmus.slots import Run, Slot
from tests.support.paths import ROOT

FILE = """\
litmus two

Question: What do two trapped reads return?
Order:    trapped
Emulation: {how}
TSC:      at-least
Wrap:     full
Result:   Sometimes

P0:
        rdtsc
        rdtsc

exists P0:%eax = 0
"""
EDGES = (0, 1, 2, 2**32 - 1, 2**32, 2**63, 2**64 - 2, 2**64 - 1)


@pytest.mark.parametrize("how", EMULATIONS)
def test_trapped_reads_return_what_the_model_returns(how):
    """At all edges, where a bump or the clock may wrap, both reads are those of `model.trapping`."""
    litmus = read(FILE.format(how=how), "two.litmus")
    key = "last" if how == "bump-vm" else "last.P0"
    for start, first, apart, last in product(EDGES, EDGES, (0, 1, 2**40), EDGES):
        if first + apart >= 2**64:
            continue
        slots = (Slot(first, ((0, 1),)), Slot(first + apart, ((0, 2),)))
        rows = replay(litmus, Run({"tsc": start, key: last}, slots)).rows
        settings = {"rdtsc_emulation": how, "emul_bump": 1}
        vcpu = SimpleNamespace(last_emul=last, vm=SimpleNamespace(last_emul=last))
        for row, passed in zip(rows, (first, first + apart), strict=True):
            value = emulate_rdtsc(None, vcpu, (start + passed) % 2**64, settings)
            assert row.changed["edx"] << 32 | row.changed["eax"] == value


@pytest.mark.hours
def test_cvc5_finds_every_proof():
    """Where cvc5 is installed it confirms, within its budget, all that Z3 finds unsatisfiable."""
    pytest.importorskip("cvc5")
    from vtsc.solver.cvc5 import solve

    confirmed = 0
    for litmus in chosen(ROOT, []):
        answer = decide(litmus)
        for found, holds in ((answer.such, True), (answer.other, False)):
            if isinstance(found, Proof):
                solve(litmus.name, question(litmus, holds=holds).text, as_integers=False)
                confirmed += 1
                assert "cvc5" in found.solvers
    assert confirmed > 20
