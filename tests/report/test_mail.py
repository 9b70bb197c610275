"""The block for a patch mail: 30 lines of 72 columns of plain text, whatever there is to tell."""

import json
import os
import shlex
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.support.paths import ROOT
from tests.support.terminals import shown
from vtsc.cli import main
from vtsc.content.loader import load
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import load_trace
from vtsc.report.cause import told
from vtsc.report.screen import columns
from vtsc.report.text.counterexample import counterexample, step_blocks, verifying
from vtsc.report.text.mail import of_proof, of_run

SAVED = sorted((ROOT / "counterexamples").glob("*.json"))
SHORT = ROOT / "counterexamples" / "patch25.cstate.monotonic.json"
CERTIFICATE = ROOT / "docs" / "example-certificate"
BLOCK = """\
vtsc: 2.6.37 on fast violates bounded_lead in step 5
vCPU 0 read 2000002, 1000001 cycles ahead of ideal 1000001, by what
happens in rdtsc(0) in step 5. No condition of the design would have
avoided this by going the other way. The same calls and inputs do no
harm on stable, skewed, cstate, slow and resetting.

#  action       host.t         pcpu.tsc  changed
0  (start)           0              1/1  vcpu0.tsc_offset=2^64-1
1  load(0, 0)        0              1/1  vcpu0.loaded=1
2  serve(0)          0              1/1  vcpu0.request_migrate_timer=0
3  enter(0)          0              1/1  vcpu0.in_guest=1
4  mark              0              1/1  host.tsc_unstable=1
5  rdtsc(0)    1000001  2000003/1000002  read=2000002

claim: a read is at most lead_bound ahead of ideal
here: this = 2000002, ideal = 1000001, by = 1000001, bound = 1000000
model: {model}
again: vtsc verify 2.6.37 --host fast -p bounded_lead
"""


@pytest.fixture(scope="module")
def content():
    """The content of this checkout, as for a user who named no root."""
    return replace(load(str(ROOT)), asked=None)


def explained(content, path):
    """A saved trace, and its run with what is to blame."""
    trace = load_trace(path)
    case = case_of(content, trace)
    return trace, replay(case, trace, explain=replay(case, trace).observed)


def fits(block: str) -> bool:
    """Whether it has the size and the characters of a block for mail."""
    lines = block.splitlines()
    return len(lines) <= 30 and max(map(len, lines)) <= 72 and block.isascii()


def test_a_whole_block(content):
    """Story, steps, claim, and how to repeat it."""
    trace, run = explained(content, ROOT / "counterexamples" / "2.6.37.fast.bounded_lead.json")
    model = f"{content.where} {content.digest}; {trace.tool}"
    assert of_run(content, trace, run) == BLOCK.format(model=model)


@pytest.mark.slow
@pytest.mark.parametrize("path", SAVED[::5], ids=lambda p: p.stem)
def test_saved_counterexamples_fit(content, path):
    """Nothing that is left out is left out silently, and the cause and the violation never are."""
    trace, run = explained(content, path)
    block = of_run(content, trace, run)
    assert fits(block)
    rows = [line.split()[0] for line in block.split("\n\n")[1].splitlines() if line[:3].strip()]
    left_out = [line.strip() for line in block.splitlines() if "left out" in line]
    numbers = {int(number) for number in rows if number.isdecimal()}
    assert numbers | gone(left_out) == set(range(len(run.steps) + 1))
    named = {len(run.steps), *told(content, trace, run).explained.steps}
    assert named <= numbers


def gone(lines: list[str]) -> set[int]:
    """The steps that lines say are left out; the number of steps that a line gives is the right one."""
    found: set[int] = set()
    for line in lines:
        words = line.strip("()").split()
        if words[0] == "step":
            found.add(int(words[1]))
        else:
            first, last = int(words[-3]), int(words[-1])
            assert int(words[0]) == last - first + 1
            found |= set(range(first, last + 1))
    return found


@pytest.mark.parametrize("turns", [10, 40, 300])
def test_a_long_run_fits(content, turns):
    """Most of its steps do not matter; the block says how many it leaves out."""
    trace, run = explained(content, SHORT)
    middle = run.steps[4:6] * turns  # an exit and a put, which need not make sense here
    long = replace(run, steps=(*run.steps[:6], *middle, *run.steps[6:]))
    block = of_run(content, replace(trace, hit_at=len(long.steps)), long)
    assert fits(block)
    left_out = [line.strip() for line in block.splitlines() if "left out" in line]
    assert len(gone(left_out)) >= 2 * turns - 18
    for step in ("mark", "jump(0)", f"{len(long.steps)}  rdtsc(0)", "read=1", "read=0 (-1)"):
        assert step in block


def test_many_wide_changes_fit(content, monkeypatch):
    """Where rows are long they are cut, and dots say so; where settings are many, they get the room."""
    trace, run = explained(content, SAVED[SAVED.index(SHORT) - 1])
    cause = told(content, trace, run)
    monkeypatch.setattr("vtsc.report.text.mail.told", lambda *_: cause)  # what follows is no run
    records = {name: dict(fields) for name, fields in run.initial_state.items()}
    steps = []
    for number, step in enumerate(run.steps, 1):
        wide = {f"field_{i}": number * 10**11 + i for i in range(40)}
        steps.append(replace(step, state={**step.state, "vcpu0": {**step.state["vcpu0"], **wide}}))
    records["vcpu0"] |= {f"field_{i}": 0 for i in range(40)}
    given = (
        "timeslice",
        "dormancy",
        "exit_interval",
        "entry_delay",
        "clock_resolution",
        "lag_bound",
    )
    params = {**trace.params, **dict.fromkeys(given, "3ms")}
    block = of_run(
        content,
        replace(trace, params=params),
        replace(run, initial_state=records, steps=tuple(steps)),
    )
    assert fits(block) and " ..." in block
    assert block.count("--set") == len(given)


def test_values_of_many_instances_fit():
    """Side by side they may be wider than a line; they go on in the next one, and none is broken."""
    many = "/".join(str(3074457345618258604 + i) for i in range(8))
    rows = [
        ["#", "action", "tsc", "changed"],
        ["0", "(start)", "1/1", ""],
        ["1", "go", many, "x=1"],
    ]
    with columns(60):
        blocks = step_blocks(rows)
    assert max(len(line) for block in blocks for line in block) <= 60
    assert "".join(" ".join(blocks[2]).split()) == f"1go{many}x=1"


def test_a_proof_of_another_model_is_refused(capsys, tmp_path):
    """In one line that names what is not known."""
    manifest = json.loads((CERTIFICATE / "manifest.json").read_text(encoding="utf-8"))
    path = tmp_path / "manifest.json"
    for change, said in (
        ({"property": "monotonous"}, "unknown property monotonous"),
        ({"lemmas": 7}, "not a proof that vtsc saved"),
    ):
        path.write_text(json.dumps({**manifest, **change}), encoding="utf-8")
        assert main(["show", str(path), "--mail", "--root", str(ROOT)]) == 3
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line


def test_a_proof_fits(content):
    """Its claim, its scope and its lemmas; and how to decide it again."""
    manifest = json.loads((CERTIFICATE / "manifest.json").read_text(encoding="utf-8"))
    block = of_proof(content, manifest)
    assert fits(block)
    assert block.startswith("vtsc: 2.6.35-svm on stable is proved to keep monotonic in runs of any")
    assert "read_not_negative: no value read is below 0" in block and "left out" not in block
    assert block.endswith("again: vtsc verify 2.6.35-svm --host stable -p monotonic --prove\n")
    many = {**manifest, "lemmas": manifest["lemmas"] * 9}
    assert fits(of_proof(content, many))
    assert "by 45 lemmas:" in of_proof(content, many) and "lemmas left out)" in of_proof(
        content, many
    )


@pytest.mark.parametrize("name", [CERTIFICATE, CERTIFICATE / "manifest.json", SHORT])
def test_the_command_prints_it(monkeypatch, capsys, name):
    """The same on every terminal, without colour."""
    assert main(["show", str(name), "--mail", "--root", str(ROOT)]) == 0
    block = capsys.readouterr().out
    assert fits(block) and block.startswith("vtsc: ")
    assert shown(monkeypatch, 200, "show", str(name), "--mail", "--root", str(ROOT)) == block


def test_an_event_that_is_reached_fits(capsys):
    """A run that shows that something can happen violates nothing."""
    assert main(["show", str(CERTIFICATE / "can_read_tsc_twice.json"), "--mail"]) == 0
    block = capsys.readouterr().out
    assert fits(block) and block.startswith("vtsc: 2.6.35-svm on stable reaches can_read_tsc_twice")


def test_it_is_either_short_or_complete(capsys):
    """--mail has no room for --all."""
    assert main(["show", str(SHORT), "--mail", "--all"]) == 2
    assert "not allowed with" in capsys.readouterr().err


# how to repeat it


def command(text: str) -> str:
    """The command after ``again:``, as a shell is given it."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("again: "))
    last = next(i for i in range(first, len(lines)) if not lines[i].endswith("\\"))
    return "\n".join(lines[first : last + 1]).removeprefix("again: ")


@pytest.mark.slow
@pytest.mark.parametrize("path", SAVED[::4], ids=lambda p: p.stem)
def test_again_asks_for_the_cell(content, path):
    """Pasted from the block or from the full text of any width, it names the cell and its settings."""
    trace, run = explained(content, path)
    texts = [of_run(content, trace, run)]
    for number in (60, 80, 200):
        with columns(number):
            texts.append(counterexample(content, trace, run))
    found = {tuple(shlex.split(command(text).replace("\\\n", ""))) for text in texts}
    ((program, verb, design, *options),) = found
    assert (program, verb, design) == ("vtsc", "verify", trace.design)
    pairs = list(zip(options[::2], options[1::2], strict=True))
    assert pairs[:2] == [("--host", trace.host), ("-p", trace.property)]
    assert {name for name, _ in pairs[2:]} <= {"--set", "--root"}
    given = dict(value.split("=", 1) for name, value in pairs if name == "--set")
    settings = content.resolve(trace.design, trace.property, given)
    assert settings.texts() == trace.params


@pytest.mark.slow
def test_again_can_be_pasted(content, tmp_path):
    """A shell runs it as it stands, with its lines and backslashes, and gets the same verdict."""
    trace, run = explained(content, ROOT / "counterexamples" / "pre25.cstate.bounded_lag.json")
    with columns(30):
        pasted = command(counterexample(content, trace, run))
    assert pasted.count("\\\n") == 2
    (tmp_path / "vtsc").write_text(
        f'#!/bin/sh\nexec {sys.executable} -m vtsc "$@"\n', encoding="utf-8"
    )
    (tmp_path / "vtsc").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        ["sh", "-c", pasted], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 10
    assert f"pre25 cstate bounded_lag: VIOLATED({trace.hit_at})" in done.stdout


def test_again_names_the_file_of_a_design_and_the_root(tmp_path):
    """With blanks in their names, too."""
    mine = tmp_path / "my patch.py"
    mine.write_bytes((ROOT / "examples" / "my_patch.py").read_bytes())
    own = load(str(ROOT), str(mine))
    lines = verifying(own, "my-patch", "cstate", "monotonic", {"vcpus": 2})
    assert shlex.split(command("\n".join(lines)).replace("\\\n", "")) == [
        "vtsc", "verify", "--design", str(mine), "--host", "cstate", "-p", "monotonic",
        "--set", "vcpus=2", "--root", str(ROOT),
    ]  # fmt: skip
