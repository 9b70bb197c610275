"""``vtsc export`` and ``vtsc import``: a run goes out and comes back, and nothing else comes in."""

import re
import subprocess
import sys

import pytest

from tests.support.apart import run_apart
from tests.support.exports import shown
from tests.support.paths import ROOT
from tests.support.roots import loaded_afresh
from vtsc.cli import main
from vtsc.report.exports import written

TRACE = ROOT / "counterexamples" / "patch25.cstate.monotonic.json"
BACK = ("itf", "vcd", "perfetto", "ftrace")


def exported(tmp_path, name: str):
    """A file with the run as it is exported."""
    path = tmp_path / f"run.{name}"
    path.write_text(written(name, shown(TRACE)), encoding="utf-8")
    return path


def refused(capsys, *arguments: str) -> tuple[int, str]:
    """Exit status and last line of standard error of a command that prints nothing else."""
    capsys.readouterr()
    status = main(list(arguments))
    said = capsys.readouterr()
    assert said.out == ""
    lines = [line for line in said.err.splitlines() if not line.startswith("vtsc: warning: ")]
    assert len(lines) == 1, lines
    return status, lines[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", BACK)
def test_a_run_goes_out_and_comes_back(tmp_path, capsys, name):
    """To a file and to standard output alike, with the bytes of the saved trace."""
    path, back = tmp_path / "run", tmp_path / "back.json"
    assert main(["export", str(TRACE), "--format", name, "-o", str(path)]) == 0
    assert main(["import", str(path), "-o", str(back)]) == 0
    assert back.read_bytes() == TRACE.read_bytes()
    capsys.readouterr()
    assert main(["export", str(back), "--format", name]) == 0
    assert capsys.readouterr().out == path.read_text(encoding="utf-8")
    assert main(["import", str(path)]) == 0
    assert capsys.readouterr().out == TRACE.read_text(encoding="utf-8")


def test_a_diagram_goes_out_only(tmp_path, capsys):
    """The one line says which formats come back."""
    path = exported(tmp_path, "mermaid")
    assert path.read_text(encoding="utf-8").startswith("sequenceDiagram\n")
    status, line = refused(capsys, "import", str(path))
    assert (status, line) == (
        3,
        f"vtsc: {path}: mermaid does not keep the inputs of a run: "
        "export it as itf or vcd or perfetto or ftrace",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("itf", '"loaded": true', '"loaded": false', "step 11: vcpu0.loaded is True, the file"),
        ("itf", '["dt", {"#bigint": "1"}]', '["dt", {"#bigint": "0"}]', "rdtsc(0) is not allowed"),
        ("vcd", "\n1J\n", "\n", "step 10: vcpu0.in_guest is True, the file says False"),
        ("perfetto", '"loaded": true', '"loaded": false', "step 11: vcpu0.loaded is True, the"),
        ("perfetto", '"inputs": {"dt": 1}', '"inputs": {"dt": -1}', "input dt is -1, not from 0"),
        (
            "perfetto",
            '"action": "rdtsc"',
            '"action": "rdtscp"',
            "step 11: rdtscp(0) is not allowed",
        ),
        ("ftrace", "vcpu0.in_guest=true", "vcpu0.in_guest=false", "step 10: vcpu0.in_guest is"),
        ("ftrace", "dt=0 tsc=1 ch", "dt=0 tsc=2 ch", "step 8: pcpu0.tsc is 2, the file says 1"),
        ("ftrace", "vcpu0.loaded=true", "vcpu0.loaded=1", "step 9: vcpu0.loaded is True, the file"),
        ("ftrace", '"host": "cstate"', '"host": "stable"', "is not allowed"),
        ("ftrace", '"design": "patch25"', '"design": "patch26"', "unknown design patch26"),
        ("ftrace", '"violated_at": 11', '"violated_at": 12', "expected a step from 1 to 11"),
        ("ftrace", '"schema": "vtsc.trace/1"', '"schema": "x/2"', "schema: expected vtsc.trace/1"),
    ],
)
def test_a_run_that_is_another_is_refused(tmp_path, capsys, name, old, new, said):
    """What was read is executed again, and the first thing that differs is named; no file is written."""
    path = exported(tmp_path, name)
    before, found, after = path.read_text(encoding="utf-8").rpartition(old)
    assert found
    path.write_text(f"{before}{new}{after}", encoding="utf-8")
    status, line = refused(capsys, "import", str(path), "-o", str(tmp_path / "back.json"))
    assert status == 3 and line.startswith(f"vtsc: {path}: ") and said in line
    assert [*tmp_path.iterdir()] == [path]


def test_a_run_that_shows_nothing_any_more_is_refused(tmp_path, capsys):
    """Without its last step the run is legal, but violates nothing."""
    path = exported(tmp_path, "ftrace")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if "step 11" not in line)
    path.write_text(text.replace('"violated_at": 11', '"violated_at": 10'), encoding="utf-8")
    status, line = refused(capsys, "import", str(path))
    assert (status, line) == (3, f"vtsc: {path}: the run no longer shows monotonic")


def test_files_that_are_no_exported_runs(tmp_path, capsys):
    """Each is one line: a saved trace, bytes that are no text, no file; and export takes no export."""
    assert refused(capsys, "import", str(TRACE))[1].startswith(f"vtsc: {TRACE}: in none of the")
    bytes_ = tmp_path / "bytes"
    bytes_.write_bytes(b"\xff\xfe")
    assert refused(capsys, "import", str(bytes_))[1].startswith(f"vtsc: {bytes_}: not a text")
    status, line = refused(capsys, "import", str(tmp_path / "none"))
    assert status == 3 and line.endswith("No such file or directory")
    status, line = refused(capsys, "export", str(exported(tmp_path, "itf")), "--format", "vcd")
    assert status == 3 and line.endswith("schema: expected vtsc.trace/1")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "--format is missing: accepted is itf | vcd"),
        (["--format", "pdf"], "--format pdf: accepted is itf | vcd"),
        (["--format", "itf", "-o", "/proc/none/x"], "cannot write /proc/none/x"),
    ],
)
def test_usage_errors(capsys, more, said):
    """Exit status 2."""
    status, line = refused(capsys, "export", str(TRACE), *more)
    assert status == 2 and said in line


@pytest.mark.slow
def test_a_model_without_a_timeline_is_exported_too(tmp_path, capsys, monkeypatch):
    """Steps are counted then, and there are no events but the markers; the run comes back."""
    root = ["--root", str(ROOT / "examples" / "seqcount")]
    question = ["no-odd", "-p", "never_torn", "--bounded", "--depth", "6", "--save", str(tmp_path)]
    with loaded_afresh(monkeypatch):
        assert main(["verify", *question, "--host", "sc", "-j", "1", *root]) == 10
        (trace,) = tmp_path.glob("*.json")
        for name in BACK:
            path = tmp_path / name
            asked = ["export", str(trace), "--format", name, "-o", str(path)]
            assert main([*asked, *root]) == 0
            capsys.readouterr()
            assert main(["import", str(path), *root]) == 0
            assert capsys.readouterr().out == trace.read_text(encoding="utf-8")
    markers = re.findall(r"0\.(\d+): (\w+)", path.read_text(encoding="utf-8"))
    assert {(int(time), name) for time, name in markers} == {
        (step, "tracing_mark_write") for step in range(6)
    }


@pytest.mark.slow
def test_a_timeline_that_fails_is_told_with_its_line(copy, tmp_path):
    """As any other error of the model: exit status 3, and no file is written."""
    path = copy / "model/events.py"
    text = path.read_text(encoding="utf-8").replace('["host"]["t"]', '["host"]["time"]')
    path.write_text(text, encoding="utf-8")
    line = text[: text.index('["time"]')].count("\n") + 1
    out = tmp_path / "run.vcd"
    asked = ["export", str(TRACE), "--format", "vcd", "-o", str(out), "--root", str(copy)]
    status, said = run_apart(*asked)
    assert status == 3 and not out.exists()
    assert said.splitlines()[-1] == f"vtsc: model/events.py:{line}: KeyError: 'time'"


def test_both_commands_load_neither_z3_nor_rich(tmp_path):
    """In a process of its own."""
    path = str(exported(tmp_path, "ftrace"))
    program = (
        "import sys\nfrom vtsc.cli import main\n"
        f"main(['export', {str(TRACE)!r}, '--format', 'vcd'])\nmain(['import', {path!r}])\n"
        "print(sorted({'z3', 'rich', 'multiprocessing'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "[]"
