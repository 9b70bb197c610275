"""``vtsc show --html`` and ``--svg``: files that are written whole, or one line about what is wrong."""

import json
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tests.support.pictures import USUAL
from vtsc.cli import main

PROOF = ROOT / "docs" / "example-certificate"
WITH_TEXT = "--svg: a picture takes the place of the text, so neither --all nor --mail"


def test_both_pictures_are_written(capsys, tmp_path):
    """The verdict is the last line; the files are a page and a picture of this run."""
    page, picture = tmp_path / "out.html", tmp_path / "new" / "out.svg"
    assert main(["show", str(USUAL), "--html", str(page), "--svg", str(picture)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [f"wrote {page} and {picture}", "patch25 cstate monotonic: VIOLATED(11)"]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>\n<html ")
    assert picture.read_text(encoding="utf-8").startswith("<svg ")
    assert {p.name for p in tmp_path.rglob("*")} == {"out.html", "new", "out.svg"}


def refused(capsys, *arguments: str) -> tuple[int, str]:
    """Exit status and the line on standard error."""
    status = main(["show", *arguments])
    (line,) = capsys.readouterr().err.splitlines()
    return status, line


def test_what_cannot_be_drawn_or_written_is_refused(capsys, tmp_path):
    """A proof, the run itself, one file for both, a folder: one line each, and nothing is written."""
    out, run = str(tmp_path / "x"), tmp_path / "run.json"
    run.write_bytes(USUAL.read_bytes())
    before = sorted(tmp_path.iterdir())
    asked = [
        ([str(PROOF), "--svg", out], f"--svg draws a saved run; {PROOF} is a saved proof"),
        ([str(run), "--html", str(run)], f"--html {run}: that is the file that is shown"),
        ([str(run), "--html", out, "--svg", out], f"--svg {out}: that is the file for --html"),
        ([str(run), "--svg", out, "--mail"], WITH_TEXT),
        ([str(run), "--svg", str(tmp_path)], f"cannot write {tmp_path}: it is a folder"),
    ]
    for arguments, said in asked:
        status, line = refused(capsys, *arguments)
        assert (status, line) == (2, f"vtsc: {said}")
    assert sorted(tmp_path.iterdir()) == before
    assert run.read_bytes() == USUAL.read_bytes()


def test_a_run_that_is_none_leaves_no_picture(capsys, tmp_path):
    """A trace that no longer violates: status 3, and no half of a page."""
    document = json.loads(USUAL.read_text(encoding="utf-8"))
    document["steps"].pop()
    document["violated_at"] = 10
    run = tmp_path / "run.json"
    run.write_text(json.dumps(document), encoding="utf-8")
    assert main(["show", str(run), "--html", str(tmp_path / "out.html")]) == 3
    assert "no longer violated" in capsys.readouterr().err
    assert not (tmp_path / "out.html").exists()


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--html", "--svg"])
def test_a_picture_needs_no_solver_and_no_library(option, tmp_path):
    """Neither z3 nor rich nor what drives browsers is loaded, and text alone does not load pictures."""
    program = (
        "import sys\nfrom vtsc.cli import main\n"
        f"main(['show', {str(USUAL)!r}])\n"
        "assert not [m for m in sys.modules if 'picture' in m or 'xml' in m]\n"
        f"main(['show', {str(USUAL)!r}, {option!r}, {str(tmp_path / 'out')!r}])\n"
        "print(sorted({'z3', 'rich', 'selenium', 'multiprocessing'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
