"""Designs that treat some instance in its own way get their true verdict, with the sizes it is for."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tests.support.roots import root_with
from vtsc.base.errors import Exit

DESIGN = '''
class Mine(V2637):
    """An edited design."""

    name = "mine"
    title = "an edited 2.6.37"

    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, and then do something for some."""
        moved = vcpu.cpu != cpu
        super().vcpu_load(host, vcpu, cpu)
        if {}:
            {}
'''
TAKE_OFF = "vcpu.tsc_offset -= 1000000"


def vtsc(folder, *arguments):
    """Run a command; its exit status and report."""
    done = subprocess.run(
        [sys.executable, "-m", "vtsc", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
    )
    return done.returncode, " ".join(done.stdout.split())


def verify(folder, condition, effect, *arguments):
    """``vtsc verify`` of the design on the host `stable`, and the line of its condition."""
    root = root_with(folder / "root", DESIGN.format(condition, effect))
    lines = (root / "model/designs/mine.py").read_text().splitlines()
    line = 1 + next(n for n, text in enumerate(lines) if text.strip() == f"if {condition}:")
    asked = ("mine", "--host", "stable", "-p", "monotonic", "--root", root, *arguments)
    status, report = vtsc(folder, "verify", *asked)
    return root, status, report, f"model/designs/mine.py:{line}"


@pytest.mark.slow
def test_one_that_treats_the_second_vcpu_in_its_own_way_is_violated(tmp_path):
    """By a run that the search without exchanging instances finds, too: no shorter one is left out."""
    condition = "vcpu.number == 1 and moved"
    asked = ("--set", "vcpus=2", "--bounded", "--depth", "11")
    _, status, report, _ = verify(tmp_path, condition, TAKE_OFF, *asked)
    assert status == Exit.VIOLATED
    assert "mine stable monotonic: VIOLATED(10)" in report


@pytest.mark.hours
@pytest.mark.slow
def test_what_holds_to_a_depth_says_for_what_sizes(tmp_path):
    """And why, with the line."""
    condition, effect = "vcpu.number == 1 and moved", 'vcpu.request("request_clock_update")'
    asked = ("--set", "vcpus=2", "--bounded", "--depth", "6")
    _, status, report, line = verify(tmp_path, condition, effect, *asked)
    assert status == Exit.OK
    assert "mine stable monotonic: HOLDS_TO(6)" in report
    assert f"for these sizes, since {line} compares an instance's number" in report


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("cpu == 2", "compares an instance's number with another kind of value"),
        ("len(vcpu.vm.vcpus) > 6", "asks how many instances there are"),
    ],
)
def test_a_proof_says_for_what_sizes(tmp_path, condition, why):
    """What does nothing at the sizes asked for is proved, for these; a certificate cannot say more."""
    asked = ("--prove", "--save", tmp_path / "saved")
    root, status, report, line = verify(tmp_path, condition, TAKE_OFF, *asked)
    assert status == Exit.OK and "mine stable monotonic: PROVED" in report
    assert f"scope: for these sizes only, since {line} {why};" in report
    (manifest,) = (tmp_path / "saved").rglob("monotonic/manifest.json")
    status, report = vtsc(tmp_path, "certify", tmp_path / "saved", "--root", root)
    assert status == Exit.OK and "monotonic: holds, these sizes, 3 questions" in report
    claims = json.loads(manifest.read_text())
    assert claims["any_number"] is False
    manifest.write_text(json.dumps({**claims, "any_number": True}))
    status, report = vtsc(tmp_path, "certify", tmp_path / "saved", "--root", root)
    assert status == Exit.EVIDENCE and f"REJECTED: {line} {why}" in report


@pytest.mark.hours
@pytest.mark.slow
def test_a_proof_for_any_number_says_so_as_before(tmp_path):
    """Another design of the same content, which uses a number, does not count."""
    root, _, _, _ = verify(tmp_path, "cpu == 2", TAKE_OFF, "--bounded", "--depth", "2")
    asked = ("2.6.37", "--host", "stable", "-p", "monotonic", "--prove", "--root", root)
    status, report = vtsc(tmp_path, "verify", *asked)
    assert status == Exit.OK
    assert "scope: any number of instances of each kind;" in report
