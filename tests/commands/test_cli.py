"""The command line: every mistake is answered in one line with the documented exit status."""

import json
from pathlib import Path

import pytest

from tests.support.apart import run_apart
from tests.support.paths import ROOT
from vtsc.cli import main

TRACE = ROOT / "counterexamples" / "patch25.cstate.monotonic.json"


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
        (["verify", "--depth", "0"], "--depth 0: accepted is a whole number from 1"),
        (["verify", "--depth", "-3"], "--depth -3: accepted is a whole number from 1"),
        (["verify", "--depth", "x"], "--depth x: accepted is a whole number from 1"),
        (["verify", "--prove", "--bounded"], "not allowed with"),
        (["simulate", "--steps", "0"], "--steps 0: at least 1"),
        (["nonsense"], "unknown command nonsense: see vtsc --help"),
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_replay_says_that_the_model_is_another(copy):
    """Also where the run is none of it, with what to try next."""
    path = copy / "model/designs/patch25.py"
    text = path.read_text(encoding="utf-8").replace("tsc_delta < 0", "tsc_delta <= 0")
    path.write_text(text, encoding="utf-8")
    trace = str(ROOT / "counterexamples/patch25.cstate.monotonic.json")
    status, text = run_apart("replay", trace, "--root", str(copy))
    assert status == 3 and "was made with" not in text
    assert "made with model" in text and "--inputs compares no states" in text


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (None, "no certificate there"),
        ("{\n", "manifest.json:2: "),
        ('{"schema": "vtsc.evidence/2", "kind": "progress"}', "not the certificate of a cell"),
    ],
)
def test_showing_a_folder_that_is_no_certificate(capsys, tmp_path, manifest, said):
    """One line that says why."""
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    status, text = answer(capsys, "show", str(tmp_path))
    assert status == 3 and text.startswith(f"vtsc: {tmp_path}: {said}")


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
