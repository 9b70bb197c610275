"""The third opinion: explicit search against the solver, on a small machine, cells and mutants.

Each question is put to `crosscheck.decided_twice`.

    python -m crosscheck.third_opinion cells      every design x property x host
    python -m crosscheck.third_opinion mutants    the model with one mistake, again and again
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from pathlib import Path
from random import Random

from crosscheck.campaign import arguments, outcomes, place
from crosscheck.decided_twice import LITTLE, TINY, Answer, Question, ask
from crosscheck.mutate import Mutant, mutants
from crosscheck.roots import ROOT
from vtsc.base.parallel import Executor

OWN = ("monotonic", "nonzero_delta", "bounded_lag", "bounded_lead")
"""Properties of one vCPU; `monotonic_smp` needs two."""
TRAPPING = "model/trapping.py"
TRAPPED = {"vcpus": "2", "pcpus": "1", "trapping": "unstable", "rdtsc_cycles": "0"}
TRAPS = (
    {"rdtsc_emulation": "clock", "kvmclock": "any"},
    {"rdtsc_emulation": "bump-vcpu", "trap_clear": "immediate", "kvmclock": "any"},
    {"rdtsc_emulation": "bump-vm", "last_emul": "reset", "kvmclock": "any"},
    {"rdtsc_emulation": "estimate"},
)
HOSTS = ("skewed", "resetting", "slow", "fast", "cstate")
"""Those on which something goes wrong."""
EXTRAS: tuple[dict[str, str], ...] = (
    {},
    {"timeslice": "1ns"},
    {"dormancy": "1ns"},
    {"exit_interval": "1ns"},
    {"entry_delay": "1ns"},
    {"exit_interval": "1ns", "entry_delay": "1ns"},
    {"rdtsc_cycles": "0"},
    {"skew_max": "1"},
    {"sampling_gap": "1ns"},
    {"kvmclock": "any"},
    {"create_anytime": "on"},
    {"create_anytime": "on", "vcpus": "2", "pcpus": "2"},
)
"""Settings that bring rules into play which the defaults leave out."""
DESIGNS_OF: dict[str, tuple[str, ...]] = {
    "model/designs/base.py": (),
    "model/designs/v2_6_35_svm.py": ("2.6.35-svm", "2.6.36-svm", "2.6.35-vmx"),
    "model/designs/v2_6_36_svm.py": ("2.6.36-svm",),
    "model/designs/v2_6_35_vmx.py": ("2.6.35-vmx",),
    "model/designs/e48672fa.py": ("e48672fa", "pre25"),
    "model/designs/pre25.py": ("pre25",),
    "model/designs/patch25.py": ("patch25", "2.6.37"),
    "model/designs/v2_6_37.py": ("2.6.37",),
    "model/guest/rdtsc.py": (),
    "model/host/host.py": (),
    "model/machine.py": (),
    TRAPPING: ("patch25", "2.6.37"),
}
"""The files from which mutants are drawn, with the designs that use each; none named: all do."""
SMP_DEPTH = {"stable": 8, "skewed": 8, "cstate": 7, "slow": 8, "fast": 9, "resetting": 10}
"""The depth for two vCPUs: that of a violation, where the number of states allows."""


def names() -> tuple[list[str], list[str]]:
    """The designs and hosts there are."""
    from model import MODEL

    return list(MODEL.designs), list(MODEL.hosts)


def cells() -> list[Question]:
    """Every design, property and host."""
    designs, hosts = names()
    pairs = [(design, host) for host in hosts for design in designs]
    one = [Question(d, h, OWN, 11, TINY if h == "cstate" else LITTLE) for d, h in pairs]
    smp, two = ("monotonic_smp",), {"vcpus": "2"}
    return one + [Question(d, h, smp, SMP_DEPTH[h], TINY, two) for d, h in pairs]


@dataclass(frozen=True)
class Mistake:
    """A file of the model, below the root, and the mistake in it."""

    file: str
    mutant: Mutant

    def __str__(self) -> str:
        return f"{self.file}:{self.mutant.line}:{self.mutant.column} {self.mutant.description}"


def mistakes() -> list[list[Mistake]]:
    """Every mutant of each file that mutants are drawn from, in a fixed order."""
    return [
        [Mistake(file, m) for m in mutants((ROOT / file).read_text(encoding="utf-8"))]
        for file in DESIGNS_OF
    ]


def questions_of(mistake: Mistake, random: Random) -> list[Question]:
    """Two questions to which the mistake may matter."""
    design = random.choice(DESIGNS_OF[mistake.file] or names()[0])
    if mistake.file == TRAPPING:
        host, given = random.choice(("slow", "fast")), {**TRAPPED, **random.choice(TRAPS)}
        return [Question(design, host, OWN, 9, TINY, given)]
    trusting = mistake.file.startswith("model/designs/")
    first, second = random.sample(HOSTS, 2)
    return [
        Question(design, first, OWN, _depth(first), TINY, {}, trusting),
        Question(
            design, second, OWN, min(_depth(second), 7), TINY, random.choice(EXTRAS), trusting
        ),
    ]


def _depth(host: str) -> int:
    return {"cstate": 6, "slow": 9, "fast": 9}.get(host, 11)


def drawn(count: int, seed: int) -> list[tuple[Mistake, list[Question]]]:
    """So many mistakes drawn at random, from the files in turn, with their questions."""
    random = Random(seed)
    by_file = [random.sample(m, len(m)) for m in mistakes()]
    turns = (m for turn in zip_longest(*by_file) for m in turn if m is not None)
    return [(m, questions_of(m, random)) for m in islice(turns, count)]


def ask_mutated(mistake: Mistake, questions: Sequence[Question]) -> list[Answer]:
    """The answers about a copy of the model with the mistake in it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(ROOT / "pyproject.toml", root)
        for package in ("model", "properties"):
            shutil.copytree(ROOT / package, root / package)
        (root / mistake.file).write_text(mistake.mutant.source, encoding="utf-8")
        return [a for q in questions for a in ask([q], root)]


def main(words: Sequence[str]) -> int:
    """Run as a script; 0 if there is no disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("cells", "mutants"))
    parser.add_argument("--count", type=int, default=240, help="mutants")
    parser.add_argument("--seed", type=int, default=1, help="which mutants")
    given = arguments(parser, words)
    if given.what == "cells":
        return report_cells(place(given))
    return report_mutants(place(given), drawn(given.count, given.seed))


def _one(question: Question) -> Answer:
    """The answer to one question."""
    return next(ask([question]))


def _both(asked: tuple[Mistake, list[Question]]) -> list[Answer]:
    """The answers about a mutant."""
    return ask_mutated(*asked)


def report_cells(where: Executor) -> int:
    """The table of all cells."""
    questions = cells()
    compared = violated = wrong = left = 0
    print(f"{'cells':<42} {'states':>8}  violated at")
    for q, found in zip(questions, outcomes(_one, questions, where), strict=True):
        a = found if isinstance(found, Answer) else Answer("failed", reason=found.why)
        compared += len(a.explicit)
        violated += sum(depth is not None for depth in a.explicit.values())
        wrong += sum(a.explicit[p] != a.symbolic[p] for p in a.explicit)
        left += a.outcome != "compared"
        print(row(q, a), flush=True)
    print(f"{compared} cells compared, {violated} violated, {wrong} disagreements")
    return 1 if wrong or left else 0


def report_mutants(where: Executor, asked: Sequence[tuple[Mistake, list[Question]]]) -> int:
    """A paragraph for each mutant: where and what it is, then a line for each question."""
    usual: dict[str, Answer] = {}
    compared = told = wrong = 0
    for (mistake, questions), found in zip(asked, outcomes(_both, asked, where), strict=True):
        if isinstance(found, list):
            answers = found
        else:
            answers = [Answer("failed", reason=found.why) for _ in questions]
        print(mistake)
        for q, a in zip(questions, answers, strict=True):
            print("   ", row(q, a), flush=True)
        compared += any(a.outcome == "compared" for a in answers)
        told += answers[0].explicit not in ({}, _usual(questions[0], usual).explicit)
        wrong += not all(a.agrees for a in answers)
    print(
        f"{len(asked)} mutants, {compared} compared, {told} told from the model by their first row"
    )
    print(f"{wrong} mutants on which the engines disagree")
    return 1 if wrong else 0


def _usual(question: Question, known: dict[str, Answer]) -> Answer:
    """The answer about the model without a mistake."""
    if str(question) not in known:
        (known[str(question)],) = ask([replace(question, trusting=True)])
    return known[str(question)]


def row(q: Question, a: Answer) -> str:
    """A line of the table."""
    if a.outcome != "compared":
        return f"{q!s:<42} {a.outcome}: {a.reason}"
    found = " ".join(f"{p}={d or '-'}" for p, d in a.explicit.items())
    if not a.agrees:
        found += "  BUT SOLVER: " + " ".join(f"{p}={d or '-'}" for p, d in a.symbolic.items())
    return f"{q!s:<42} {a.states:>8}  {found}"


if __name__ == "__main__":
    from crosscheck import third_opinion as named  # where workers find what is to be done

    sys.exit(named.main(sys.argv[1:]))
