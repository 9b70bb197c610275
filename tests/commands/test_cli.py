"""The command line: every mistake is answered in one line with the documented exit status."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from vtsc.cli import main

TRACE = ROOT / "counterexamples" / "patch25.cstate.monotonic.json"


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    """Run as from a checkout."""
    monkeypatch.chdir(ROOT)


def answer(capsys, *arguments: str) -> tuple[int, str]:
    """Exit status and the one line on standard error."""
    status = main(list(arguments))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return status, lines[0]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["verify", "patch26"], "unknown design patch26: did you mean patch25?"),
        (["verify", "-p", "monotone"], "unknown property monotone: did you mean monotonic"),
        (["verify", "--host", "stabel"], "unknown host stabel: did you mean stable"),
        (["verify", "--set", "vcpu=1"], "unknown parameter vcpu: did you mean vcpus"),
        (["verify", "--set", "vcpus"], "expected name=value"),
        (["verify", "--set", "vcpus=0"], "vcpus=0: accepted is a whole number from 1 to 8"),
        (["verify", "--set", "clock_resolution=4GHz"], "accepted is a time above 0 with a unit"),
        (["verify", "--set", "clock_resolution=0ns"], "accepted is a time above 0 with a unit"),
        (["verify", "--set", "kvmclock=yes"], "accepted is off | on | any"),
        (["verify", "--set", "vcpus=1", "--set", "vcpus=2"], "given twice"),
        (["verify", "patch25", "--set", "trapping=unstable"], "needs vcpus of 2 or more"),
        (
            ["verify", "pre25", "--set", "trapping=unstable", "--set", "vcpus=2"],
            "design pre25 cannot trap, only patch25, 2.6.37",
        ),
        (["verify", "2.6.35-svm", "--set", "vendor=vmx"], "has vendor=svm only"),
        (["verify", "--depth", "0"], "--depth 0: a whole number from 1"),
        (["verify", "--depth", "-3"], "--depth -3: a whole number from 1"),
        (["verify", "--depth", "x"], "invalid int value"),
        (["verify", "--prove", "--bounded"], "not allowed with"),
        (["simulate", "--steps", "0"], "--steps 0: at least 1"),
        (["nonsense"], "unknown command nonsense: known: verify, gate"),
        (["verify", "-o", "/proc/none/x"], "cannot write /proc/none/x"),
    ],
)
def test_usage_errors(capsys, arguments, expected):
    """Exit 2, one line that says what is accepted."""
    status, line = answer(capsys, *arguments)
    assert status == 2
    assert expected in line


def edited(tmp_path: Path, change) -> str:
    """A copy of a saved trace after ``change``."""
    document = json.loads(TRACE.read_text(encoding="utf-8"))
    change(document)
    path = tmp_path / "trace.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.update(schema="other/1"), "schema: expected vtsc.trace/1"),
        (lambda d: d.pop("steps"), "steps: expected it to be there"),
        (lambda d: d.update(design="patch99"), "unknown design patch99"),
        (lambda d: d.update(violated_at=99), "violated_at: expected a step from 1 to 11"),
        (lambda d: d.update(violated_at=5), "violated at step 11, the file says 5"),
        (lambda d: d["steps"][3]["state"]["vcpu0"].update(loaded=False), "step 4: vcpu0.loaded"),
        (lambda d: d["steps"][8]["state"]["host"].update(t=7), "step 9: host.t is 1"),
        (lambda d: d["steps"][3]["inputs"].update(dt=0), "step 4: rdtsc(0) is not allowed"),
        (lambda d: d["steps"][0].update(action="jump"), "step 1: jump(0, 0) is not allowed"),
        (lambda d: d["initial"]["inputs"].update(tsc=0), "step 0: its inputs are not allowed"),
        (lambda d: d["params"].update(vcpus=2), "not a trace of this model: step 0"),
        (lambda d: d["params"].update(vcpus="many"), "vcpus=many"),
    ],
)
def test_edited_traces(capsys, tmp_path, change, expected):
    """Exit 3, naming the step and the field that differ."""
    status, line = answer(capsys, "replay", edited(tmp_path, change))
    assert status == 3
    assert expected in line


def test_truncated_trace(capsys, tmp_path):
    """Exit 3 for half a file."""
    path = tmp_path / "half.json"
    path.write_text(TRACE.read_text(encoding="utf-8")[:300], encoding="utf-8")
    assert answer(capsys, "replay", str(path))[0] == 3


def test_missing_trace(capsys, tmp_path):
    """Exit 3 for no file."""
    status, line = answer(capsys, "show", str(tmp_path / "none.json"))
    assert status == 3
    assert "No such file" in line


def test_a_trace_that_no_longer_violates(capsys, tmp_path):
    """Exit 0 when the run is legal and the claim holds on it."""

    def cut(document):
        document["steps"].pop()
        document["violated_at"] = 10

    assert main(["replay", edited(tmp_path, cut)]) == 0
    assert "no longer violated" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("step", "inputs", "status", "said"),
    [(4, {"dt": 5}, 10, "VIOLATED(11)"), (8, {"dt": 0, "tsc": 9}, 0, "no longer violated")],
)
def test_edited_inputs_are_tried_where_asked(capsys, tmp_path, step, inputs, status, said):
    """With ``--inputs`` no state is compared; without it, the first that differs is named."""
    path = edited(tmp_path, lambda d: d["steps"][step - 1].update(inputs=inputs))
    assert main(["replay", "--inputs", path]) == status
    assert said in capsys.readouterr().out
    refused, line = answer(capsys, "replay", path)
    assert refused == 3 and f"step {step}: " in line


def test_another_model_digest_is_a_warning(capsys, tmp_path):
    """The replay decides; the digest only warns."""
    path = edited(tmp_path, lambda d: d.update(model_digest="0" * 16))
    assert main(["replay", path]) == 10
    assert "warning" in capsys.readouterr().err


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the content that a test may break."""
    for name in ("model", "properties"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run_apart(*arguments: str, cwd: Path = ROOT) -> tuple[int, str]:
    """Exit status and standard error in a process of its own, whose imports are fresh."""
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "vtsc", *arguments], cwd=cwd, capture_output=True, text=True
    )
    return done.returncode, done.stderr + done.stdout


def test_design_with_a_syntax_error(copy):
    """Exit 3 with file and line."""
    (copy / "model/designs/patch25.py").write_text("class Patch25(:\n", encoding="utf-8")
    status, text = run_apart("list", "--root", str(copy))
    assert status == 3
    assert "patch25.py:1" in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "code",
    [
        "if vcpu.tsc_rebase is True:",
        "if vcpu.tsc_rebase is not False:",
        "if 0 is vcpu.cpu:",
        "match vcpu.tsc_rebase:\n              case True:",
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


def test_design_with_a_missing_method(copy):
    """Exit 3, naming design and method."""
    path = copy / "model/designs/v2_6_35_svm.py"
    text = path.read_text(encoding="utf-8").replace("def vcpu_load(", "def take_up(")
    path.write_text(text, encoding="utf-8")
    arguments = ["2.6.35-svm", "--host", "stable", "-p", "monotonic", "--depth", "3"]
    status, text = run_apart("verify", *arguments, "--root", str(copy))
    assert status == 3
    assert "design V2635Svm has no vcpu_load" in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("def vcpu_put(", "def vcpu_putt(", "Patch25: vcpu_putt is close to vcpu_put: misspelt?"),
        (
            "vcpu_put(self, host: Host, vcpu: Vcpu)",
            "vcpu_put(self, host: Host)",
            "vcpu_put must take",
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


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("            vcpu.tsc_rebase = False\n", "index -1, where there are 0 to 1"),
        (
            BINDS.replace("= cpu", "= -1 if host.t > 5 else cpu"),
            "an index that may be out of range, where there are 0 to 1",
        ),
    ],
    ids=["never bound", "unbound when late"],
)
def test_a_design_that_asks_for_the_tsc_of_no_pcpu(copy, new, said):
    """Exit 3 with the line of the design that asked, whether at the start or only in some later run."""
    status, text = verified(copy, BINDS, new)
    assert status == 3
    assert re.search(rf"model/designs/\w+\.py:\d+: NoSuchItem: {said}", " ".join(text.split())), (
        text
    )


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
    assert "the model stores into vcpu0.tsc_rebaze, which is no field" in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("vcpu.tsc_rebase = True", "self.due = True", "the model stores into Patch25.due while"),
        ("vcpu.tsc_rebase = True", "vcpu.tsc_rebase = 7", "vcpu0.tsc_rebase: 7 is no truth value"),
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


def test_termination_ends_the_workers_too():
    """As an interrupt does: one line, exit 130, no process left behind."""
    import os
    import signal
    import subprocess
    import sys
    import time

    arguments = [
        "verify",
        "2.6.35-vmx",
        "--host",
        "slow",
        "-p",
        "monotonic",
        "--bounded",
        "-j",
        "1",
    ]
    command = [sys.executable, "-m", "vtsc", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not children.read_text(encoding="ascii"):
        assert process.poll() is None
        time.sleep(0.05)
    worker = int(children.read_text(encoding="ascii").split()[0])
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=100)[1] == b"vtsc: interrupted\n"
    assert process.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_foreign_model(copy):
    """Exit 3 for a `model` package that is not ours."""
    (copy / "model/__init__.py").write_text("WEIGHTS = []\n", encoding="utf-8")
    status, text = run_apart("list", "--root", str(copy))
    assert status == 3
    assert "not a vtsc model" in text


def test_a_root_that_is_none(tmp_path):
    """Exit 3 where --root names a folder without the marker."""
    status, text = run_apart("list", "--root", str(tmp_path))
    assert status == 3
    assert "[tool.vtsc] root = true" in text


def test_nothing_half_written(tmp_path):
    """A usage error leaves no output file behind."""
    target = tmp_path / "out.json"
    status, _ = run_apart("verify", "patch26", "--format", "json", "-o", str(target))
    assert status == 2
    assert list(tmp_path.iterdir()) == []
