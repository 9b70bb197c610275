"""Can anybody tell two designs apart? Runs that were played, proofs that were solved again, and neither."""

from dataclasses import replace

import pytest

from tests.support.pairs import ASKS, compare, opened, seen
from tests.support.paths import ROOT
from vtsc.base.errors import EvidenceError, UsageError
from vtsc.deciding.pairs import Kind, _Comparison, difference
from vtsc.evidence.pairs import questions
from vtsc.evidence.replay import replay
from vtsc.language.actions import Call
from vtsc.native.paired import NoPair, play
from vtsc.native.witness import Witness
from vtsc.solver.solve import solve
from vtsc.system.paired import DIFFERENCE

CENTRAL = ROOT / "model/designs/central.py"
WRONG = """

class Wrong(Central):
    \"\"\"Put forgets that the TSC was unstable.\"\"\"

    name = "wrong"
    title = "central without the mark at put"

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        \"\"\"Note the TSC only.\"\"\"
        vcpu.last_host_tsc = host.tsc(vcpu.cpu)
"""


@pytest.fixture
def asks(tmp_path):
    """The file of a design that has more requests to serve than 25/35."""
    path = tmp_path / "asks.py"
    path.write_text(ASKS, encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_design_shares_everything_with_itself():
    """All fields are shared, so no rule of the pair lets anybody observe a difference."""
    case = opened("patch25", "cstate")
    pair = _Comparison(case, case).pair
    assert pair.shared == pair.common and "vcpu0.tsc_offset" in pair.shared
    assert not [rule for rule in pair.ending.rules if rule.targets]


@pytest.mark.slow
def test_the_shortest_run_that_tells_two_apart():
    """On cstate a TSC that jumped before the first load shows at the first read, and not before."""
    found = compare("patch25", "2.6.37", "cstate")
    calls = [("mark", "", ""), ("jump(0)", "", ""), ("load(0, 0)", "", ""), ("serve(0)", "", "")]
    assert seen(found) == [*calls, ("enter(0)", "", ""), ("rdtsc(0)", "read=0", "read=1")]
    assert (found.text, found.run.differs_at) == ("DIFFERS(6)", 6)
    assert found.first == (3, "vcpu0.tsc_offset")
    for name, trace in zip(("patch25", "2.6.37"), found.traces, strict=True):
        assert replay(opened(name, "cstate"), trace).hit_at == trace.hit_at == 6


@pytest.mark.slow
def test_two_that_begin_differently_differ_from_the_start():
    """In 2.6.35 a guest's TSC begins at the host's, in 2.6.36 it begins at 0."""
    found = compare("2.6.35-svm", "2.6.36-svm", "skewed")
    assert (found.text, found.first) == ("DIFFERS(4)", (0, "vcpu0.tsc_offset"))


@pytest.mark.slow
def test_one_waits_while_the_other_serves_its_requests(asks):
    """25/35 has nothing to serve in step 6; its own run is one step shorter, and reads the same."""
    found = compare("patch25", asks, "slow")
    assert seen(found)[5:] == [
        ("serve(0)", "waits", ""),
        ("enter(0)", "", ""),
        ("rdtsc(0)", "read=2", "read=3"),
    ]
    old, new = found.traces
    assert [len(trace.steps) for trace in (old, new)] == [7, 8]
    assert sum(s.inputs["dt"] for s in old.steps) == sum(s.inputs["dt"] for s in new.steps)
    assert replay(opened("patch25", "slow"), old).steps[-1].observed.value % 2**64 == 2


@pytest.mark.slow
def test_a_design_that_decides_elsewhere_is_proved_the_same():
    """`central` asks for its update at load, and not at put: requests differ, and no read does."""
    found = compare("patch25", CENTRAL, "cstate")
    assert found.kind is Kind.SAME
    assert "vcpu0.request_clock_update" in found.different
    assert "same vcpu.tsc_offset" in [name for name, _ in found.lemmas]


@pytest.mark.hours
def test_a_slip_in_it_is_noticed(tmp_path):
    """Without the mark at put, a load on the same pCPU does not compensate, and a read shows it."""
    path = tmp_path / "wrong.py"
    imports = "from model.designs.central import Central\nfrom model.host.host import Host\n"
    text = f'"""A slip."""\n\n{imports}from model.vm import Vcpu\n{WRONG}'
    path.write_text(text, encoding="utf-8")
    found = compare("patch25", path, "cstate")
    assert found.kind is Kind.DIFFERS
    assert seen(found)[-1][1] != seen(found)[-1][2]


@pytest.mark.hours
@pytest.mark.parametrize("host", ["stable", "slow"])
def test_the_same_with_two_vcpus_and_trapping(host):
    """With a page that is toggled, too; tests/model/test_central.py shows it in another way."""
    given = {"vcpus": "2", "trapping": "unstable", "kvmclock": "any"}
    assert compare("patch25", CENTRAL, host, **given).kind is Kind.SAME


@pytest.mark.hours
def test_no_proof_is_not_rounded_up(asks):
    """Where neither a run nor a proof is found, the answer says how deep was searched."""
    found = compare("patch25", asks, "cstate", 6)
    assert (found.text, found.confirmed) == ("HOLDS_TO(6)", 6)


def test_machines_of_different_sizes_are_not_compared():
    """The calls of one would not be those of the other."""
    with pytest.raises(UsageError, match="different sizes"):
        difference(opened("pre25", "stable"), opened("pre25", "stable", vcpus="2"), 4)


@pytest.mark.slow
def test_what_a_proof_rests_on_is_asked_again():
    """A claim that is not true, of what is shared or of the lemmas that are needed, is refused."""
    comparison = _Comparison(opened("patch25", "cstate"), opened(CENTRAL, "cstate"))
    sides, pair = comparison.sides, comparison.pair
    wrong = replace(pair, excluded=(*pair.excluded, pair.system.arena.true))
    with pytest.raises(EvidenceError, match=r"shared-step\.smt2 is sat"):
        solve(questions(sides, wrong, (), DIFFERENCE))
    with pytest.raises(EvidenceError, match=r"property\.smt2 is sat"):
        solve(questions(sides, pair, (), DIFFERENCE))


REFUSED = {
    "a field that is said to be shared": ({"vcpu0.tsc_offset"}, "vcpu0.tsc_offset is"),
    "nothing is said to be shared": (set(), ""),
}


@pytest.mark.parametrize("what", REFUSED)
def test_plain_runs_check_what_is_shared(what, content):
    """The interpreter refuses a run in which a field differs that is taken to be the same."""
    shared, why = REFUSED[what]
    machines = opened("pre25", "skewed").new_machine(), opened("patch25", "skewed").new_machine()
    calls = (Call("load", (0, 1)), Call("serve", (0,)))
    witness = Witness(calls, ({"dt": 1}, {"dt": 0}), {"tsc0": 3, "tsc1": 1})
    if why:
        with pytest.raises(NoPair, match=why):
            play(machines, content.wanted, witness, shared)
    else:
        assert len(play(machines, content.wanted, witness, shared).steps) == 2


def test_plain_runs_refuse_a_call_that_nobody_can_take(content):
    """A vCPU that is not loaded cannot be entered, in neither of two designs."""
    machines = opened("pre25", "stable").new_machine(), opened("patch25", "stable").new_machine()
    witness = Witness((Call("enter", (0,)),), ({},), {})
    with pytest.raises(NoPair, match=r"step 1: neither takes enter\(0\)"):
        play(machines, content.wanted, witness, set())
