"""Designs that explore differently than they run: each ends in an error or in a replayed verdict."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.roots import root_with
from vtsc.base.errors import Exit

ALWAYS_TRUE = '''
class Mine(V2637):
    """A negation that natively is true whatever it negates."""

    name = "mine"
    title = "an edited 2.6.37"

    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, and take a little off."""
        super().vcpu_load(host, vcpu, cpu)
        if vcpu.created and ~vcpu.created:
            vcpu.tsc_offset -= 1000000
'''
UNDECLARED = '''
class Mine(V2637):
    """A note that lasts from one step to the next natively, and nowhere else."""

    name = "mine"
    title = "an edited 2.6.37"

    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, and take a little off after a put."""
        super().vcpu_load(host, vcpu, cpu)
        if vcpu.tsc_note == 1:
            vcpu.tsc_offset -= 1000

    def vcpu_put(self, host: Any, vcpu: Any) -> None:
        """Put, and note it."""
        super().vcpu_put(host, vcpu)
        vcpu.tsc_note = 1
'''
REMEMBERED = '''
class Mine(V2637):
    """A design that remembers something in itself."""

    name = "mine"
    title = "an edited 2.6.37"
    moved = False

    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, and remember it."""
        super().vcpu_load(host, vcpu, cpu)
        self.moved = True

    def serve_requests(self, host: Any, vcpu: Any) -> None:
        """Serve, and forget it."""
        super().serve_requests(host, vcpu)
        self.moved = False

    def read_tsc(self, host: Any, vcpu: Any) -> int:
        """Read less while it is remembered."""
        return super().read_tsc(host, vcpu) - (1000 if self.moved else 0)
'''
EARLY_RETURN = '''
class Mine(Patch25):
    """Two negations that natively are always true."""

    name = "mine"
    title = "an edited patch 25"

    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, but for a case that natively is met more often."""
        if host.tsc_unstable and vcpu.cpu == cpu and ~vcpu.loaded and ~(vcpu.last_host_tsc > 0):
            return
        super().vcpu_load(host, vcpu, cpu)
'''
LUCK = '''
import random  # noqa: E402


class Mine(V2637):
    """A step that now and then goes another way."""

    name = "mine"
    title = "an edited 2.6.37"

    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, and at times take a little off."""
        super().vcpu_load(host, vcpu, cpu)
        if random.random() < 0.0001:
            vcpu.tsc_offset -= 1000000
'''


@dataclass(frozen=True)
class Small:
    """A design, the line that a difference is found at, and what else may be said of it."""

    source: str
    line: str
    field: str = ""
    prop: str = "monotonic"


DESIGNS = {
    "always_true": Small(ALWAYS_TRUE, "vcpu.tsc_offset -= 1000000"),
    "undeclared": Small(UNDECLARED, "vcpu.tsc_offset -= 1000", field="tsc_note: int = 0"),
    "remembered": Small(REMEMBERED, ""),
    "early_return": Small(EARLY_RETURN, "return", prop="bounded_lag"),
    "luck": Small(LUCK, ""),
}


def verify(root, design, prop, folder):
    """``vtsc verify`` of a design below ``root`` on the host `cstate`: exit status and report."""
    arguments = ["verify", design, "--host", "cstate", "-p", prop, "--root", str(root)]
    done = subprocess.run(
        [sys.executable, "-m", "vtsc", *arguments],
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(folder)},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", DESIGNS)
def test_no_green_rests_on_rules_that_are_not_the_functions(tmp_path, name):
    """71 with the line where they part, 3 where another guard was first, or a violation with a doubt."""
    small = DESIGNS[name]
    root = root_with(tmp_path / "root", small.source, field=small.field)
    status, report = verify(root, "mine", small.prop, tmp_path / "cache")
    assert status in (Exit.EVIDENCE, Exit.BAD_FILE, Exit.VIOLATED), report
    told = " ".join(report.split())
    if status == Exit.VIOLATED:
        assert "shorter ones than this may exist:" in told and "by the rules" in told
    elif status == Exit.EVIDENCE and small.line:
        lines = (root / "model/designs/mine.py").read_text().splitlines()
        number = 1 + next(i for i, text in enumerate(lines) if text.strip() == small.line)
        assert f"(model/designs/mine.py:{number})" in told
    assert "PROVED" not in told and "HOLDS_TO" not in told


@pytest.mark.hours
@pytest.mark.slow
def test_an_honest_copy_of_a_design_keeps_its_verdict(tmp_path):
    """What is wrong with the others is not that they are copies."""
    source = (
        'class Mine(V2637):\n    """Unchanged."""\n\n    name = "mine"\n    title = "unchanged"\n'
    )
    root = root_with(tmp_path / "root", source)
    status, report = verify(root, "mine", "monotonic", tmp_path / "cache")
    assert status == Exit.OK and "mine cstate monotonic: PROVED" in report


@pytest.mark.hours
@pytest.mark.slow
def test_a_validation_is_remembered_by_content(tmp_path):
    """The second time nothing new is kept; another design is validated for itself."""
    source = (
        'class Mine(V2637):\n    """Unchanged."""\n\n    name = "mine"\n    title = "unchanged"\n'
    )
    root = root_with(tmp_path / "root", source)
    verify(root, "mine", "monotonic", tmp_path / "cache")
    kept = _kept(tmp_path / "cache")
    verify(root, "mine", "monotonic", tmp_path / "cache")
    assert kept and _kept(tmp_path / "cache") == kept
    design = root / "model/designs/mine.py"
    design.write_text(design.read_text() + "\n    traps = False\n")
    verify(root, "mine", "monotonic", tmp_path / "cache")
    assert len(_kept(tmp_path / "cache")) == 2 * len(kept)


def _kept(cache: Path) -> set[str]:
    return {path.name for path in (cache / "vtsc/validated").iterdir()}
