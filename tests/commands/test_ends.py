"""Honest ends: whatever becomes of output, cache, loops and parents, a true status and a clear line."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.apart import run_apart
from tests.support.paths import ROOT
from tests.support.sampling import sampled
from vtsc.cli import main

TRACE = ROOT / "counterexamples" / "patch25.cstate.monotonic.json"
BROKEN = ("pre25", "--host", "slow", "-p", "bounded_lag", "--depth", "5", "--bounded")
"""A cell that is violated by a short run, and how it is asked."""
VTSC = (sys.executable, "-m", "vtsc")


def started(*arguments: object, **how) -> subprocess.Popen:
    """A process of its own at the root of the checkout, whose output is buffered as it usually is."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [*VTSC, *map(str, arguments)]
    return subprocess.Popen(command, **{"cwd": ROOT, "env": own, "text": True, **how})


@pytest.mark.slow
@pytest.mark.parametrize("streams", [("stdout",), ("stdout", "stderr")])
def test_a_closed_pipe_keeps_the_status(streams):
    """Nobody reads the report: the status is that of the verdicts, and nothing is complained of."""
    reader, writer = os.pipe()
    os.close(reader)
    outputs = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    process = started("verify", *BROKEN, **{**outputs, **dict.fromkeys(streams, writer)})
    os.close(writer)
    _, complaints = process.communicate(timeout=120)
    assert (process.returncode, complaints or "") == (10, "")


def test_a_closed_pipe_is_no_error_of_help():
    """The usage is printed by whoever parses the arguments."""
    reader, writer = os.pipe()
    os.close(reader)
    process = started("--help", stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (process.communicate(timeout=200)[1], process.returncode) == ("", 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("list",), ("simulate", "pre25", "--host", "stable", "--steps", "20")]
)
def test_a_full_standard_output_is_told(arguments):
    """Exit 2 and one line, since nobody has the report, be it long or short."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = started(*arguments, stdout=full, stderr=subprocess.PIPE)
    complaint = process.communicate(timeout=200)[1]
    said = "vtsc: standard output: No space left on device\n"
    assert (complaint, process.returncode) == (said, 2)


def no_room() -> None:
    """Allow files of a few bytes only, as a full disk would."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))


@pytest.mark.slow
def test_a_full_disk_comes_after_the_report(tmp_path):
    """What cannot be saved is told in one line; the whole report is there."""
    arguments = ("verify", *BROKEN, "--save", tmp_path / "saved")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = started(*arguments, **pipes, preexec_fn=no_room)
    out, complaint = process.communicate(timeout=120)
    assert process.returncode == 2
    assert (
        out.endswith("0 of 1 verdicts as wanted\n") and "pre25 slow bounded_lag: VIOLATED(5)" in out
    )
    assert complaint.startswith("vtsc: cannot write ") and len(complaint.splitlines()) == 1


@pytest.mark.slow
def test_a_full_disk_comes_after_the_gates_report(tmp_path):
    """The same where every cell has a file of its own, which the report would name."""
    manifest = tmp_path / "checks.toml"
    manifest.write_text(
        '[[check]]\ndesign = "pre25"\nhost = "slow"\nproperty = "bounded_lag"\n', "utf-8"
    )
    arguments = ("gate", manifest, "--save", tmp_path / "saved")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = started(*arguments, **pipes, preexec_fn=no_room)
    out, complaint = process.communicate(timeout=300)
    assert process.returncode == 2 and "1 of 1 as expected" in out
    assert complaint.startswith("vtsc: cannot write ") and len(complaint.splitlines()) == 1


@pytest.mark.slow
def test_what_a_model_prints_is_no_result(copy):
    """At import, and where lemmas are stated, in a worker: standard output is JSON and nothing else."""
    path = copy / "model/lemmas/standings.py"
    text = path.read_text(encoding="utf-8")
    head, mark, rest = text.partition("def lemmas(")
    body, colon, rest = rest.partition(":\n")
    docstring, end, rest = rest.partition('"""\n')
    if docstring.strip() == '"""':
        more, end, rest = rest.partition('"""\n')
        docstring += '"""\n' + more
    changed = (
        f"print('imported')\n{head}{mark}{body}{colon}{docstring}{end}    print('stated')\n{rest}"
    )
    path.write_text(_future_first(changed), encoding="utf-8")
    command = [*VTSC, "verify", *BROKEN[:-1], "--format", "json", "--root", str(copy)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 10, done.stderr
    assert json.loads(done.stdout)["schema"].startswith("vtsc.")
    assert "imported\n" in done.stderr and "stated\n" in done.stderr


def _future_first(text: str) -> str:
    """The line that was put first comes after the docstring of the module."""
    first, _, rest = text.partition("\n")
    docstring, end, rest = rest.partition('"""\n\n')
    return f"{docstring}{end}{first}\n{rest}" if end else text


SPIN = """
        spun = 0
        while spun >= 0:
            spun += 1
"""


@pytest.fixture
def spinning(copy) -> Path:
    """A model whose host never gets done with marking its TSC unstable."""
    path = copy / "model/host/host.py"
    head, mark, rest = path.read_text(encoding="utf-8").partition("    def mark_tsc_unstable(")
    first, end, rest = rest.partition('"""\n')
    if '"""' not in first:
        more, end, rest = rest.partition('"""\n')
        first += '"""\n' + more
    path.write_text(f"{head}{mark}{first}{end}{SPIN.lstrip(chr(10))}{rest}", encoding="utf-8")
    return copy


@pytest.mark.slow
@sampled(
    3,
    "arguments",
    [
        ("simulate", "patch25", "--host", "cstate", "-p", "monotonic"),
        ("replay", TRACE, "--inputs"),
        ("verify", "patch25", "--host", "cstate", "-p", "monotonic", "--depth", "3", "--bounded"),
    ],
    ids=["simulate", "replay", "verify"],
)
def test_a_loop_without_end(spinning, arguments):
    """It ends with the line of the loop and exit 3, however the model is run."""
    program = (
        "import sys\nfrom vtsc.base.time_limit import limited\n"
        "limited.__wrapped__.__defaults__ = (2.0,)\n"
        "from vtsc.cli import main\nsys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, *map(str, arguments), "--root", str(spinning)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = " ".join((done.stderr + done.stdout).split())
    assert done.returncode == 3, said
    lines = (spinning / "model/host/host.py").read_text(encoding="utf-8").splitlines()
    loop = lines.index("        while spun >= 0:") + 1
    places = [f"model/host/host.py:{n}: no end in sight after 2 s" for n in (loop, loop + 1)]
    assert any(place in said for place in places), said


@pytest.mark.slow
def test_paths_without_end(tmp_path):
    """Exploring ends with the line at which most paths part, how many there were, and what to do."""
    text = (
        "from model.designs.v2_6_37 import V2637\n\n\nclass Mine(V2637):\n"
        "    name, title = 'mine', 'my own'\n\n    def vcpu_put(self, host, vcpu):\n"
        "        super().vcpu_put(host, vcpu)\n"
        "        e, d = vcpu.tsc_offset, vcpu.last_host_tsc\n"
        "        for _ in range(3):\n            if e > d:\n                e = e >> 1\n"
        "        for _ in range(62):\n            if d > 10:\n                d = d >> 1\n"
        "        vcpu.tsc_offset = u64(e + d)\n"
    ).replace("V2637\n", "V2637\nfrom vtsc.language import u64\n", 1)
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    program = (
        "import sys\nimport vtsc.symbolic.paths as paths\npaths.MOST = 40\n"
        "from vtsc.cli import main\nsys.exit(main(sys.argv[1:]))"
    )
    arguments = ["--host", "cstate", "-p", "monotonic", "--design", str(tmp_path / "mine.py")]
    command = [sys.executable, "-c", program, "verify", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stdout
    said = " ".join(done.stdout.split())
    assert "mine.py:15: no end in sight after 40 paths: paths part here " in said
    assert "have a loop turn fewer times" in said


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """A cache of its own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "vtsc"


PROVED = ("2.6.37", "--host", "stable", "-p", "nonzero_delta", "--set", "rdtsc_cycles=2")


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("entry", ["[" * 100_000, '{"hits":' * 100_000, "pipe", "1e999", "\0"])
def test_entries_of_the_cache_that_are_none(cache, entry):
    """Nested a hundred thousand deep, a pipe, or nonsense: the right verdict, and no waiting."""
    assert run_apart("verify", *PROVED)[0] == 0
    entries = [path for path in cache.rglob("*") if path.is_file()]
    assert {path.suffix for path in entries} >= {".json", ".checked"}
    for path in entries:
        path.unlink()
        if entry == "pipe":
            os.mkfifo(path)
        else:
            path.write_text(entry, encoding="utf-8")
    status, text = run_apart("verify", *PROVED)
    assert (status, "2.6.37 stable nonzero_delta: PROVED" in text) == (0, True), text


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("home", ["", "/proc/none", None])
def test_nobodys_home(home):
    """Without a home, or with none that can be written, the verdict is the right one."""
    drop = {"XDG_CACHE_HOME", "HOME"}
    own = {name: value for name, value in os.environ.items() if name not in drop}
    if home is not None:
        own["HOME"] = home
    program = "from vtsc.cli import main\nimport sys\nsys.exit(main(sys.argv[1:]))"
    if home is None:  # as for a user whom the system does not know
        program = f"import pwd\npwd.getpwuid = {{}}.__getitem__\n{program}"
    command = [sys.executable, "-c", program, "verify", *PROVED]
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (ROOT / ".cache").exists()


@pytest.mark.parametrize("command", ["verify", "gate", "certify"])
def test_how_many_processes(command, capsys):
    """The help says what 0 means, and what is no number of processes is refused."""
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert "0, the default: one for each core" in " ".join(capsys.readouterr().out.split())
    path = ["none"] if command == "certify" else []
    for number in ("-1", "x", "2000"):
        assert main([command, *path, "-j", number]) == 2
        said = f"{number}: accepted is a whole number from 0 (one for each core) to 1024"
        assert said in capsys.readouterr().err


def test_certify_says_what_it_takes_and_how_it_ends(capsys):
    """Archives, and each exit status."""
    with pytest.raises(SystemExit):
        main(["certify", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "or an archive (.tar.xz)" in said
    assert "exit status: 0 all certificates hold, 71 some do not" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["steps"][3]["inputs"].update(dtt=0), "step 4: no input dtt is asked for: did you"),
        (lambda d: d["initial"]["inputs"].update(zzz=True), "step 0: no input zzz is asked for: "),
        (lambda d: d["steps"][0]["state"]["host"].update(extra=1), "step 1: no field host.extra"),
        (lambda d: d["initial"]["state"].update(other={}), "step 0: no record other"),
        (lambda d: d["steps"][0]["state"].update(other=7), "state.other: expected an object"),
        (lambda d: d.update(violated_at="x"), "violated_at: expected a whole number"),
        (lambda d: d["steps"][1].update(source=5), "step 2 source: expected a list"),
        (lambda d: d.update(host="CSTATES"), "unknown host CSTATES: did you mean cstate"),
    ],
)  # fmt: skip
def test_a_trace_with_what_the_model_does_not_have(capsys, tmp_path, change, said):
    """One line and exit 3: what is not read would be believed to matter."""
    document = json.loads(TRACE.read_text(encoding="utf-8"))
    change(document)
    path = tmp_path / "trace.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert main(["replay", str(path)]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify", "PATCH25"], "unknown design PATCH25: did you mean patch25"),
        (["verify", "--host", "Slow"], "unknown host Slow: did you mean slow"),
        (["verifi"], "unknown command verifi: did you mean verify"),
    ],
)
def test_an_unknown_name_gets_the_near_one(capsys, arguments, said):
    """Capital letters do not matter for being near."""
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
