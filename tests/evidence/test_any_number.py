"""A proof is for any number of instances only where that is shown, and says so only then."""

from dataclasses import replace

import pytest

from tests.support.sampling import sampled
from tests.support.uneven import (
    Calculating,
    Chain,
    Counting,
    Crowding,
    Even,
    Late,
    ThirdPcpu,
    machine_of,
)
from vtsc.content.case import Case
from vtsc.content.reading.uses import Use
from vtsc.deciding.plan import decide
from vtsc.engines import Effort
from vtsc.evidence.certificate import Uneven, make
from vtsc.evidence.systems import Systems, key
from vtsc.language.numbers import CALCULATED, COMPARED, Number


def case_of(content, design, prop="monotonic", numbers=(), **given):
    """The case of a design of the tests on the host `stable`."""
    model = replace(
        content.model, build=lambda _, host, settings: machine_of(design, host, settings)
    )
    own = replace(content, model=model, read_numbers=lambda: numbers)
    return Case(own, "2.6.37", "stable", content.resolve("2.6.37", prop, given))


def line_of(text):
    """Where something stands in the designs of the tests."""
    from tests.support import uneven

    with open(uneven.__file__, encoding="utf-8") as file:
        lines = file.read().splitlines()
    return f"tests/support/uneven.py:{1 + next(n for n, x in enumerate(lines) if text in x)}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "why"),
    [
        (Even, ""),
        (Late, ""),
        (ThirdPcpu, f"{line_of('return cpu == 2')} {COMPARED}"),
        (Calculating, f"{line_of('vcpu.number * 1000')} {CALCULATED}"),
        (Crowding, "a step may involve 4 of kind vcpu, by the fields that name them"),
    ],
)
def test_what_stands_for_any_number(content, design, why):
    """A use of a number is noticed while exploring, with its line; a name that is made of one is none."""
    assert Systems(case_of(content, design)).uneven("monotonic", []) == why


def test_a_difference_is_told_where_no_use_is(content):
    """The last vCPU of a loop is singled out by nothing but the order of the loop."""
    from tests.support.uneven import LastOfAll

    assert Systems(case_of(content, LastOfAll)).uneven("monotonic", []) == (
        "vcpu 0, vcpu 1 and vcpu 2 start differently"
    )


def test_a_machine_that_costs_too_much_stands_for_its_sizes(content, monkeypatch):
    """Where exploring one size larger exceeds its budget, that is the reason; it is no error."""
    monkeypatch.setattr("vtsc.evidence.systems.LARGER", 0)
    monkeypatch.setattr("vtsc.solver.feasibility.SELDOM", 1)
    why = Systems(case_of(content, Even)).uneven("monotonic", [])
    assert why.startswith("with ") and why.endswith(
        "exploring costs more than 0 units of the solver"
    )


@pytest.mark.slow
def test_what_was_read_off_counts_where_its_design_runs(content):
    """How many there are is asked without a number that could notice it."""
    mine = Use((f"{Counting.__module__}.Counting",), "model/designs/mine.py:7", "asks how many")
    assert Systems(case_of(content, Even, numbers=(mine,))).uneven("monotonic", []) == ""
    assert Systems(case_of(content, Counting)).uneven("monotonic", []) == ""
    why = Systems(case_of(content, Counting, numbers=(mine,))).uneven("monotonic", [])
    assert why == "model/designs/mine.py:7 asks how many"


@pytest.mark.slow
@sampled(
    4,
    ("design", "any_number"),
    [(Even, True), (ThirdPcpu, False), (Chain, False), (Crowding, False)],
)
def test_a_proof_for_these_sizes_remains(content, design, any_number):
    """A design that is proved at two pCPUs, whatever it does on the third, is so for these sizes."""
    (result,) = decide(case_of(content, design), ["monotonic"], 6, Effort.USUAL)
    assert result.text == "PROVED"
    assert result.certificate.any_number == any_number
    assert bool(result.certificate.only) != any_number
    assert any(name.startswith("any-") for name in result.certificate.queries) == any_number


def test_a_certificate_cannot_claim_what_is_not_shown(content):
    """Whoever asks for a certificate for any number, as `certify` does for a saved one, gets none."""
    systems = Systems(case_of(content, ThirdPcpu))
    keys = [key(x) for x in systems.case.machine().lemmas()[:3]]
    make(systems, "monotonic", keys, any_number=False)
    with pytest.raises(Uneven, match="compares an instance's number"):
        make(systems, "monotonic", keys, any_number=True)


def noticed(run):
    """What a number tells of."""
    told = []
    run(Number.of("thing", 1, lambda line, what: told.append(what)))
    return told


@pytest.mark.parametrize(
    "run",
    [
        lambda n: n + 1,
        lambda n: 1000 * n,
        lambda n: -n,
        lambda n: n % 2,
        lambda n: n < 5,
        lambda n: max(n, 3),
        lambda n: 1 if n else 0,
        lambda n: abs(n),
        lambda n: [1, 2][n & 1],
        lambda n: n == 1,
        lambda n: [5, 6].count(n),
        lambda n: n != 0,
        lambda n: n in (5, 6),
        lambda n: n == Number.of("another", 1, n.noted),
    ],
)
def test_a_number_tells_what_is_done_with_it(run):
    """Calculating, ordering, comparing with a plain number or with an instance of another kind."""
    assert noticed(run)


@pytest.mark.parametrize(
    "run",
    [
        lambda n: [1, 2][n],
        lambda n: n == Number.of("thing", 2, n.noted),
        lambda n: n != -1,
        lambda n: f"late{n}",
        lambda n: {n: 1}[n],
        lambda n: range(3)[n],
    ],
)
def test_a_number_tells_nothing_of_what_may_be_done(run):
    """An index, another instance's number, -1, a name."""
    assert not noticed(run)
