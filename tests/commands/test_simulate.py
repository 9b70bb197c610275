"""``vtsc simulate --save``: the shortest violating run that was seen is kept, minimised, without a solver."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.test_cli import answer
from tests.support.paths import ROOT
from vtsc.cli import main
from vtsc.content.loader import load
from vtsc.evidence.minimise import minimised
from vtsc.evidence.replay import case_of, hit_of
from vtsc.evidence.trace import load_trace
from vtsc.native.witness import Witness

DESIGN = '''\
"""The guest's TSC is set back at each put."""

from model.designs.patch25 import Patch25


class Back(Patch25):
    """Patch 25/35 with a mistake."""

    name = "back"
    title = "patch 25/35 with a mistake"

    def vcpu_put(self, host, vcpu):
        super().vcpu_put(host, vcpu)
        vcpu.tsc_offset -= 5_000_000
'''
CELL = ("-p", "monotonic", "--host", "stable", "--steps", "300")
NAME = "back.stable.monotonic.json"


@pytest.fixture
def back(tmp_path) -> Path:
    """The file with the design."""
    path = tmp_path / "back.py"
    path.write_text(DESIGN, encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_run_that_is_kept(back, tmp_path, capsys):
    """It replays and is shown; a search finds none that is shorter; the output names it."""
    folder = tmp_path / "saved"
    assert main(["simulate", "--design", str(back), *CELL, "--save", str(folder)]) == 10
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2 and told[0].startswith("back stable, 1 vcpu x 2 pcpu: 300 steps in 5 ")
    saved = f"saved {folder / NAME}: monotonic VIOLATED(9), of a run of "
    assert told[1].startswith(saved) and told[1].endswith(" steps")
    assert int(told[1].removeprefix(saved).split()[0]) > 9
    assert [p.name for p in folder.iterdir()] == [NAME]
    assert main(["replay", str(folder / NAME), "--design", str(back)]) == 10
    assert main(["show", str(folder / NAME), "--design", str(back)]) == 0
    assert "vCPU 0 read " in capsys.readouterr().out
    first = (folder / NAME).read_bytes()
    assert main(["simulate", "--design", str(back), *CELL, "--save", str(folder)]) == 10
    assert (folder / NAME).read_bytes() == first


@pytest.mark.slow
def test_nothing_can_be_left_out(back, tmp_path):
    """Of a run that was minimised, each step and each two of its steps are needed, and each input is low."""
    main(["simulate", "--design", str(back), *CELL, "--save", str(tmp_path)])
    trace = load_trace(tmp_path / NAME)
    case = case_of(load(None, str(back)), trace)
    calls = tuple(step.call for step in trace.steps)
    run = Witness(calls, tuple(step.inputs for step in trace.steps), trace.initial_inputs)
    small = minimised(case, "monotonic", run)
    assert (len(small.calls), hit_of(case, "monotonic", small)) == (9, 9)
    for a in range(9):
        for b in range(a, 9):
            kept = [i for i in range(9) if i not in (a, b)]
            rest = tuple(calls[i] for i in kept), tuple(small.inputs[i] for i in kept)
            assert hit_of(case, "monotonic", Witness(*rest, small.initial)) is None
    values = [value for inputs in run.inputs for value in inputs.values()]
    assert max(map(int, values)) <= 2


@pytest.mark.slow
def test_no_solver_is_loaded(back, tmp_path):
    """In a process of its own, with a run that is minimised and saved."""
    arguments = ["simulate", "--design", str(back), *CELL, "--save", str(tmp_path / "saved")]
    program = (
        f"import sys\nfrom vtsc.cli import main\nassert main({arguments!r}) == 10\n"
        "print(sorted({'z3', 'vtsc.solver', 'vtsc.symbolic'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert (tmp_path / "saved" / NAME).is_file()


def test_nothing_is_saved_where_nothing_is_violated(tmp_path, capsys):
    """No file, no folder, and no line that speaks of one."""
    folder = tmp_path / "saved"
    assert main(["simulate", "patch25", *CELL, "--save", str(folder)]) == 0
    assert "saved" not in capsys.readouterr().out
    assert not folder.exists()


def test_a_folder_that_cannot_be_written(capsys):
    """Exit 2 and one line, before any run is taken."""
    status, line = answer(capsys, "simulate", "patch25", *CELL, "--save", "/proc/none")
    assert status == 2 and line.startswith("vtsc: cannot write /proc/none: ")
