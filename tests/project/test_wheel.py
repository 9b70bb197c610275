"""The wheel alone runs the shipped designs, and a checkout wins over the copy that it carries."""

import os
import subprocess
import sys
import zipfile

import pytest

from tests.support.paths import ROOT
from vtsc.content.digest import digest
from vtsc.content.loader import PACKAGES

pytestmark = pytest.mark.slow
TRACE = ROOT / "counterexamples" / "patch25.cstate.monotonic.json"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what the wheel installs, built from this checkout."""
    built, folder = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def vtsc(installed, place, *arguments):
    """Run the wheel's ``vtsc`` in a folder; its exit status and standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "vtsc", *arguments],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_wheel_carries_the_content_as_it_is(installed):
    """Every source file of the content is bundled with its claims and evidence; nothing else is installed."""
    for package in (*PACKAGES, "questions", "conformance"):
        for path in (ROOT / package).rglob("*.py"):
            copy = installed / "vtsc" / "_bundled" / path.relative_to(ROOT)
            assert copy.read_bytes() == path.read_bytes()
    manifest = installed / "vtsc" / "_bundled" / "checks.toml"
    assert manifest.read_bytes() == (ROOT / "checks.toml").read_bytes()
    for folder in ("proofs", "claims", "counterexamples", "litmus", "recipes"):
        for path in (ROOT / folder).iterdir():
            copy = installed / "vtsc" / "_bundled" / folder / path.name
            assert copy.read_bytes() == path.read_bytes()
    assert {p.name for p in installed.iterdir() if p.suffix != ".dist-info"} == {"vtsc"}


def test_outside_a_checkout_the_bundled_copy_is_read(installed, tmp_path):
    """A cell is decided, and the header says that the copy was read, with its digest."""
    cell = ("patch25", "-p", "monotonic", "--host", "stable", "--bounded", "--depth", "6")
    status, out = vtsc(installed, tmp_path, "verify", *cell)
    assert status == 0
    assert out.startswith(f"vtsc verify: bundled model {digest(ROOT)}, depth 6\n")


def test_outside_a_checkout_a_saved_trace_replays(installed, tmp_path):
    """``vtsc replay`` and ``vtsc show`` need nothing but the file."""
    status, out = vtsc(installed, tmp_path, "replay", str(TRACE))
    assert (status, out.split()[-1]) == (10, "VIOLATED(11)")
    status, out = vtsc(installed, tmp_path, "show", str(TRACE))
    assert (status, out.splitlines()[0]) == (0, "patch25 on cstate: monotonic")


def test_outside_a_checkout_random_runs_are_made(installed, tmp_path):
    """``vtsc simulate`` runs the bundled designs."""
    cell = ("-p", "monotonic", "--host", "stable", "--steps", "200")
    status, out = vtsc(installed, tmp_path, "simulate", "patch25", *cell)
    assert status == 0
    assert out.startswith("patch25 stable, 1 vcpu x 2 pcpu: 200 steps in ")


@pytest.mark.slow
def test_outside_a_checkout_a_design_of_its_own_is_decided(installed, tmp_path):
    """``--design`` needs nothing but its file and the bundled model."""
    (tmp_path / "mine.py").write_bytes((ROOT / "examples/my_patch.py").read_bytes())
    cell = ("-p", "monotonic", "--host", "cstate", "--bounded", "--depth", "12")
    status, out = vtsc(installed, tmp_path, "verify", "--design", "mine.py", *cell)
    assert status == 10 and "mine.py:23" in out
    assert "\nagain: vtsc verify --design mine.py --host cstate -p monotonic\n" in out


def test_outside_a_checkout_a_new_design_is_written_edited_and_decided(installed, tmp_path):
    """``vtsc new`` copies from the bundled sources; the next command decides the edited line."""
    status, out = vtsc(installed, tmp_path, "new", "mine", "--from", "patch25")
    assert (status, out.splitlines()[0]) == (0, "mine.py: mine, which does what patch25 does")
    path = tmp_path / "mine.py"
    text = path.read_text(encoding="utf-8")
    put = "        vcpu.last_host_tsc = host.tsc(vcpu.cpu)\n"
    assert text.count(put) == 1
    path.write_text(text.replace(put, f"{put}        vcpu.tsc_offset -= 5\n"), encoding="utf-8")
    cell = ("-p", "monotonic", "--host", "stable", "--bounded", "--depth", "9")
    status, out = vtsc(installed, tmp_path, "verify", "--design", "mine.py", *cell)
    assert status == 10 and "mine stable monotonic: VIOLATED(9)" in out
    assert [p.name for p in tmp_path.iterdir()] == ["mine.py"]


def test_outside_a_checkout_guest_programs_are_decided(installed, tmp_path):
    """``vtsc litmus``, a command of the content, finds its module and its files in the wheel."""
    status, out = vtsc(installed, tmp_path, "litmus", "mail-first-serial")
    assert (status, out.splitlines()[-1]) == (0, "mail-first-serial  Sometimes  as expected")


def test_inside_a_checkout_the_checkout_is_read(installed):
    """The copy in the wheel gives way to the checkout around the working directory."""
    status, out = vtsc(installed, ROOT / "counterexamples", "list")
    assert (status, out.splitlines()[0]) == (0, f"model: checkout {digest(ROOT)}")
