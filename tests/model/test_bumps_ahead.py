"""How far bumps run ahead of true time: the formula of docs/trapping.md, at both sides of its bound."""

import pytest

from tests.support.cases import open_case
from vtsc.deciding.plan import decide
from vtsc.engines import Effort

TRAPS = {"trapping": "unstable", "rdtsc_emulation": "bump-vm", "rdtsc_overlap": "on"}
DEPTH = 12


def greatest_lead(vcpus: int, bump: int, step: int) -> int:
    """The formula: a step of the clock less 1, and a bump for each other vCPU; in cycles of 1 ns."""
    return step - 1 + (vcpus - 1) * bump


def verdict(content, vcpus: int, bump: int, cycles: int, step: int, bound: int) -> str:
    """The verdict on a lead of at most ``bound`` cycles."""
    given = {
        "vcpus": str(vcpus),
        "pcpus": str(vcpus),
        "emul_bump": str(bump),
        "rdtsc_cycles": str(cycles),
        "clock_resolution": f"{step}ns",
        "lead_bound": f"{bound}ns",
    }
    case = open_case(content, "patch25", "cstate", **(TRAPS | given))
    return decide(case, ["bounded_lead"], DEPTH, Effort.USUAL)[0].text


@pytest.mark.hours
@pytest.mark.parametrize(
    ("vcpus", "bump", "cycles", "step"),
    [(2, 1, 2, 10), (2, 3, 6, 10), (2, 2, 5, 7), (2, 1, 2, 1), (3, 1, 3, 4)],
    ids=str,
)
def test_the_greatest_lead_where_bumps_do_not_outrun_the_clock(content, vcpus, bump, cycles, step):
    """With vcpus * emul_bump <= rdtsc_cycles the formula's value is proved, and one less is violated."""
    lead = greatest_lead(vcpus, bump, step)
    assert verdict(content, vcpus, bump, cycles, step, lead) == "PROVED"
    assert verdict(content, vcpus, bump, cycles, step, lead - 1).startswith("VIOLATED")


@pytest.mark.hours
def test_bumps_outrun_the_clock_where_two_vcpus_read_in_the_time_of_one(content):
    """With vcpus * emul_bump > rdtsc_cycles the formula's value is exceeded, and each round of reads adds."""
    lead = greatest_lead(2, 3, 1)
    found = [verdict(content, 2, 3, 4, 1, lead + more) for more in (0, 2)]
    assert all(text.startswith("VIOLATED") for text in found), found


@pytest.mark.hours
def test_reads_differ_though_bumps_outrun_the_clock(content):
    """Each read adds two cycles and takes one; what reads add in all is limited by the true time there is.

    After many other tests in one process the solver may run out of its budget here.
    """
    given = {**TRAPS, "rdtsc_overlap": "off", "trap_switch": "kick", "trap_seed": "decision"}
    case = open_case(
        content,
        "patch25",
        "cstate",
        **(given | {"vcpus": "2", "clock_resolution": "10ms", "emul_bump": "2"}),
    )
    (result,) = decide(case, ["nonzero_delta"], DEPTH, Effort.USUAL)
    assert result.text == "PROVED"
    assert "emulated_in_time" in [lemma.name for lemma in result.certificate.stated]


def test_the_lemma_is_stated_only_where_bumps_outrun_the_clock(content):
    """Elsewhere the bound by ideal holds, and proofs do not pay for a second one."""
    for bump, cycles, overlap, stated in (
        ("2", "1", "off", True),
        ("1", "1", "off", False),
        ("2", "0", "off", False),
        ("2", "1", "on", False),
    ):
        own = {"emul_bump": bump, "rdtsc_cycles": cycles, "rdtsc_overlap": overlap}
        case = open_case(content, "patch25", "cstate", **(TRAPS | own | {"vcpus": "2"}))
        names = [lemma.name for lemma in case.lemmas("nonzero_delta")]
        assert ("emulated_in_time" in names) is stated, own
