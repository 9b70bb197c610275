"""No guest can tell the central design from patch 25/35: proved side by side, and a wrong one is noticed."""

from dataclasses import replace

import pytest

from tests.support.cases import decide_group, open_case
from tests.support.paths import ROOT
from tests.support.same_reads import SAME
from vtsc.content.cells import groups
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort
from vtsc.engines.proof.induction import Induction
from vtsc.evidence.systems import Systems

SIDE = ROOT / "tests/support/side_by_side.py"
BUDGET = 20_000_000
"""Solver units that a question may cost: a step here is two steps at once."""
FRAME = ("in_guest_is_loaded", "loaded_is_bound", "bound", "rebase_is_unstable")
WRONG = """

class Wrong(Central):
    \"\"\"Put forgets that the TSC was unstable.\"\"\"

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        \"\"\"Note the TSC only.\"\"\"
        vcpu.last_host_tsc = host.tsc(vcpu.cpu)


class Side("""


def beside(file: str) -> Content:
    """The content with a design in a file of its own and the property that compares."""
    content = load(str(ROOT), file)
    return replace(content, properties={**content.properties, "same_reads": SAME}, _resolved={})


@pytest.mark.hours
@pytest.mark.parametrize("host", ["stable", "skewed", "slow"])
def test_every_read_is_the_same(host):
    """With two vCPUs, trapping and a page that is toggled, the fields of both stay equal, by induction."""
    content = beside(str(SIDE))
    case = open_case(content, "side-by-side", host, "same_reads")
    lemmas = [x for x in case.lemmas("same_reads") if x.owner or x.name in FRAME]
    system = Systems(case).own([SAME], lemmas)
    assert Induction(system, BUDGET).proves("same_reads")


@pytest.mark.hours
def test_a_wrong_central_design_is_noticed(tmp_path):
    """One whose put forgets that the TSC was unstable lets the guest read another value."""
    text = SIDE.read_text(encoding="utf-8").replace("\n\nclass Side(", WRONG, 1)
    file = tmp_path / "wrong.py"
    file.write_text(text.replace("= Central(settings)", "= Wrong(settings)"), encoding="utf-8")
    given = {"vcpus": "1", "trapping": "off", "kvmclock": "off"}
    (group,) = groups(beside(str(file)), ["side-by-side"], ["cstate"], ["same_reads"], given)
    (result,) = decide_group(beside(str(file)), group, 9, Effort.BOUNDED)
    assert result.status is Status.VIOLATED, (result.text, result.reason)
