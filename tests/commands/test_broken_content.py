"""A model or a property that cannot be used: one line that says where and why, and exit 3."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.apart import run_apart
from tests.support.paths import ROOT
from tests.support.sampling import sampled


def test_design_with_a_syntax_error(copy):
    """Exit 3 with file and line."""
    (copy / "model/designs/patch25.py").write_text("class Patch25(:\n", encoding="utf-8")
    status, text = run_apart("list", "--root", str(copy))
    assert status == 3
    assert "patch25.py:1" in text
    assert "Traceback" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "if vcpu.tsc_rebase is True:",
        "if vcpu.tsc_rebase is not False:",
        "if 0 is vcpu.cpu:",
    ],
)
def test_comparing_by_identity_is_refused(copy, code):
    """Exit 3 with file and line: of an unknown ``is True`` never holds, and a proof would mean nothing."""
    path = copy / "model/designs/patch25.py"
    text = path.read_text(encoding="utf-8")
    guard = "if vcpu.cpu != cpu:"
    assert guard in text
    path.write_text(text.replace(guard, code), encoding="utf-8")
    status, text = run_apart("list", "--root", str(copy))
    assert status == 3
    assert "`is` asks for the same object" in text and "model/designs/patch25.py:" in text
    assert len(text.splitlines()) == 1


@pytest.mark.slow
def test_design_with_a_missing_method(copy):
    """Exit 3, naming design and method."""
    path = copy / "model/designs/v2_6_35_svm.py"
    text = path.read_text(encoding="utf-8").replace("def vcpu_load(", "def _load(")
    path.write_text(text, encoding="utf-8")
    arguments = ["2.6.35-svm", "--host", "stable", "-p", "monotonic", "--depth", "3"]
    status, text = run_apart("verify", *arguments, "--root", str(copy))
    assert status == 3
    assert "design V2635Svm has no vcpu_load" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "def vcpu_put(",
            "def vcpu_putt(",
            "nothing calls vcpu_putt of Patch25: did you mean vcpu_put?",
        ),
        (
            "vcpu_put(self, host: Host, vcpu: Vcpu)",
            "vcpu_put(self, host: Host, vcpu: Vcpu, cpu: int)",
            "patch25.py:63: vcpu_put takes (self, host, vcpu, cpu): it must take (self, host, vcpu)",
        ),
        ("import scale", "import scales", "model/designs/patch25.py:"),
    ],
)
def test_design_with_a_slip(copy, old, new, said):
    """Exit 3: a misspelt function would leave the parent's in place, unseen."""
    path = copy / "model/designs/patch25.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    status, text = run_apart("list", "--root", str(copy))
    assert status == 3
    assert said in text and len(text.splitlines()) == 1


def verified(copy: Path, old: str, new: str) -> tuple[int, str]:
    """What becomes of a copy of the model in which a piece of patch 25/35 reads otherwise."""
    path = copy / "model/designs/patch25.py"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    arguments = ["patch25", "--host", "cstate", "-p", "monotonic", "--depth", "7", "--bounded"]
    return run_apart("verify", *arguments, "--root", str(copy))


BINDS = "            vcpu.cpu = cpu\n            vcpu.tsc_rebase = False\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "new",
    [
        "            vcpu.tsc_rebase = False\n",
        BINDS.replace("= cpu", "= -1 if host.t > 5 else cpu"),
    ],
    ids=["never bound", "unbound when late"],
)
def test_a_design_whose_load_leaves_a_vcpu_unbound(copy, new):
    """Exit 3 with the return that was taken, whether at the start or only in some later run."""
    status, text = verified(copy, BINDS, new)
    assert status == 3
    told = (
        r"model/designs/patch25\.py:\d+: vcpu_load returns here with .*, and it does not hold that"
    )
    assert re.search(f"{told} vcpu_load leaves the pCPU that it is given", " ".join(text.split()))


@pytest.mark.hours
@pytest.mark.slow
def test_a_design_that_asks_for_no_tsc_while_bound_to_no_pcpu(copy):
    """A vCPU whose put unbinds it is bound again by the next load: nothing is wrong with that."""
    old = "        vcpu.last_host_tsc = host.tsc(vcpu.cpu)\n"
    status, text = verified(copy, old, f"{old}        vcpu.cpu = -1 if host.t > 0 else vcpu.cpu\n")
    assert (status, "NoSuchItem" in text) == (0, False)


def test_design_that_raises(copy):
    """Exit 3 with the line of the model that did it."""
    path = copy / "model/designs/patch25.py"
    text = path.read_text(encoding="utf-8").replace("vcpu.tsc_offset -=", "vcpu.tsc_ofset -=")
    path.write_text(text, encoding="utf-8")
    arguments = ["patch25", "--host", "cstate", "-p", "monotonic", "--depth", "3"]
    status, text = run_apart("verify", *arguments, "--root", str(copy))
    assert status == 3
    assert "model/designs/patch25.py:" in text
    assert "tsc_ofset" in text


def test_simulating_a_design_that_raises(copy):
    """The same without the solver."""
    path = copy / "model/designs/patch25.py"
    text = path.read_text(encoding="utf-8").replace("vcpu.tsc_offset -=", "vcpu.tsc_ofset -=")
    path.write_text(text, encoding="utf-8")
    arguments = ["patch25", "--host", "cstate", "-p", "monotonic"]
    status, text = run_apart("simulate", *arguments, "--root", str(copy))
    assert status == 3
    assert "model/designs/patch25.py:" in text and "Traceback" not in text


def test_design_that_stores_into_no_field(copy):
    """Exit 3: a misspelt field is no new one."""
    path = copy / "model/designs/patch25.py"
    text = path.read_text(encoding="utf-8").replace("vcpu.tsc_rebase = ", "vcpu.tsc_rebaze = ")
    path.write_text(text, encoding="utf-8")
    arguments = ["patch25", "--host", "cstate", "-p", "monotonic", "--depth", "3"]
    status, text = run_apart("verify", *arguments, "--root", str(copy))
    assert status == 3
    assert "a store into .tsc_rebaze, which is no field: did you mean tsc_rebase?" in text


@pytest.mark.slow
@sampled(
    4,
    ("old", "new", "said"),
    [
        ("vcpu.tsc_rebase = True", "self.due = True", "a store into .due, which is no field"),
        ("vcpu.tsc_rebase = True", "vcpu.tsc_rebase = 7", "vcpu0.tsc_rebase: 7 is no truth value"),
        ("vcpu.tsc_rebase = True", "vcpu.last_host_tsc = 'x'", "a text as a value"),
        ("vcpu.tsc_rebase = True", "vcpu.cpu = 'x'", "a text as a value"),
        ("vcpu.tsc_rebase = True", "raise SystemExit(0)", "model/designs/patch25.py:"),
    ],
)
def test_design_that_does_what_none_may(copy, old, new, said):
    """Exit 3: state that is none, a value of another kind, an end of its own."""
    path = copy / "model/designs/patch25.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    arguments = ["patch25", "--host", "cstate", "-p", "monotonic", "--depth", "3"]
    for more in ([], ["--bounded"]):
        status, text = run_apart("verify", *arguments, *more, "--root", str(copy))
        assert status == 3
        assert said in text and "Traceback" not in text


@pytest.mark.hours
@pytest.mark.slow
def test_a_new_design_has_no_expected_verdict_yet(copy):
    """It is decided all the same; only the gate asks for a verdict of each of its cells."""
    shutil.copy(ROOT / "checks.toml", copy)
    path = copy / "model/designs/__init__.py"
    own = "class Mine(Pre25):\n    name, title = 'mine', 'a new one'\n"
    text = path.read_text(encoding="utf-8").replace("CLASSES", f"{own}\n\nCLASSES", 1)
    path.write_text(text.replace("= (", "= (Mine, ", 1), encoding="utf-8")
    for design in ("mine", "pre25"):
        arguments = [design, "--host", "slow", "-p", "bounded_lag", "--depth", "5", "--bounded"]
        status, text = run_apart("verify", *arguments, "--root", str(copy))
        assert (status, f"{design} slow bounded_lag: VIOLATED(5)" in text) == (10, True), text
    status, text = run_apart("gate", "--root", str(copy))
    assert status == 3 and "has no verdict" in text


@pytest.mark.slow
def test_a_misspelt_attribute_of_a_property(copy):
    """Exit 3, with the file and the name that was meant: a table that is not read would say nothing."""
    path = copy / "properties/bounded_lead.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    expected = ", "    expeted = "), encoding="utf-8")
    status, text = run_apart("list", "--root", str(copy))
    assert status == 3
    said = "class BoundedLead: unknown attribute expeted: did you mean expected"
    assert text.startswith("vtsc: properties/bounded_lead.py:") and said in text


@pytest.mark.slow
def test_foreign_model(copy):
    """Exit 3 for a `model` package that is not ours."""
    (copy / "model/__init__.py").write_text("WEIGHTS = []\n", encoding="utf-8")
    status, text = run_apart("list", "--root", str(copy))
    assert status == 3
    assert "not a vtsc model" in text
