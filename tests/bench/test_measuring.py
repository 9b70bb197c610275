"""What is measured, how a process is measured, and what ends a measurement."""

import subprocess
import sys

import pytest

from bench import bench, jobs, ways
from bench.answers import Answer, Disagreement, Failed, compare, verdict
from bench.caches import Cache
from bench.figures import FIGURES, GROWTH, everything
from bench.jobs import JOBS
from bench.machine import described
from bench.measure import Run, run
from bench.solve import SOLVE
from bench.solvers import SOLVERS
from bench.suite import CHOICES
from bench.ways import Way, in_turn
from tests.support.paths import ROOT
from vtsc.cli import parsed


def ran(cpu: float = 1.0, answer: str = "", *, stopped: bool = False) -> Run:
    """A run that never was."""
    return Run(cpu, cpu, 50.0, 0, answer, stopped)


def printing(name: str, text: str, cache: Cache) -> Way:
    """A way that answers with a text."""
    return Way(name, [sys.executable, "-c", f"print({text!r})"], cache, cache.forget)


@pytest.mark.slow
@pytest.mark.parametrize("figure", list(everything()), ids=lambda f: f.name)
def test_the_command_line_takes_every_figure(figure, content):
    """Each question is parsed by vtsc's own parser, and is about a cell that there is."""
    _, given = parsed(figure.arguments)
    assert given.depth == (figure.depth or 20) and given.bounded == (figure.depth is not None)
    content.resolve(given.designs[0], figure.prop, dict(figure.settings))
    assert given.host[0] in content.model.hosts


def test_names_are_unique():
    """Figures, jobs and choices are told apart by their names alone."""
    names = [f.name for f in everything()] + [job.name for job in JOBS]
    assert len(set(names)) == len(names)
    assert len(set(CHOICES)) == len(CHOICES)


def test_a_question_is_measured_once():
    """Where a series asks what a figure with a bar asks, it has that figure."""
    questions = [figure.question for figure in everything()]
    assert len(set(questions)) == len(questions)
    assert {FIGURES[0], FIGURES[3]} <= {figure for growth in GROWTH for _, figure in growth.points}


def test_jobs_name_files_that_are_there():
    """The saved run that is replayed is in the tree, and every solver has a program."""
    assert (ROOT / jobs.TRACE).is_file()
    assert {solver.program for solver in SOLVERS} == SOLVE.keys()


def test_a_process_is_measured_with_its_children(tmp_path):
    """CPU seconds of a child count, as does the memory of the largest process; the cache is its own."""
    child = "x = bytes(1) * 50; y = x * 4_000_000; sum(range(3_000_000))"
    program = f"import os, subprocess, sys; print(os.environ['XDG_CACHE_HOME']); \
subprocess.run([sys.executable, '-c', {child!r}])"
    found, output = run([sys.executable, "-c", program], tmp_path)
    assert output.out.strip() == str(tmp_path)
    assert found.peak > 190 and found.cpu > 0.02
    assert (found.status, found.stopped) == (0, False)


def test_a_process_is_stopped_at_the_limit(tmp_path):
    """The run says so, and has no answer."""
    way = Way("slow", [sys.executable, "-c", "print('sat', flush=True)\nwhile True: pass"],
              Cache(tmp_path), lambda: None)  # fmt: skip
    found = way.run(limit=0.3)
    assert (found.stopped, found.answer) == (True, "")


@pytest.mark.slow
def test_what_was_stopped_counts_with_its_children(tmp_path):
    """A child works while its parent waits; a busy machine gives it a twentieth of the limit, too."""
    child = "while True: pass"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    found, _ = run([sys.executable, "-c", program], tmp_path, limit=3)
    assert found.stopped and found.cpu > 0.15


def test_a_process_that_fails_ends_the_measurement(tmp_path):
    """The error has the last thing that it said."""
    way = Way("broken", [sys.executable, "-c", "import sys; sys.exit('no lemma')"],
              Cache(tmp_path), lambda: None)  # fmt: skip
    with pytest.raises(Failed, match="broken: exit status 1: no lemma"):
        way.run(limit=5)


def test_forgetting_leaves_what_validated(tmp_path):
    """Hints, verdicts and costs go; comparisons of rules and checks of sources stay."""
    kept = ("vtsc/validated/a", "vtsc/b.checked", "vtsc/b.checked.numbers")
    for name in (*kept, "vtsc/c.json", "vtsc/verdicts/d"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    Cache(tmp_path).forget()
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert left == set(kept)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("VIOLATED(11)", Answer(True, 11)),
        ("sat 11", Answer(True, 11)),
        ("sat", Answer(True)),
        ("HOLDS_TO(20)", Answer(False)),
        ("PROVED", Answer(False)),
        ("unsat", Answer(False)),
        ("UNKNOWN", Answer()),
        ("open", Answer()),
        ("", Answer()),
    ],
)
def test_answers_have_one_form(text, answer):
    """Verdicts and solvers' words say the same things."""
    assert Answer.of(text) == answer


def test_a_report_is_read():
    """The verdict is the last one that a report names."""
    assert verdict("design | monotonic\n a VIOLATED(9)\na b c: VIOLATED(11) by bmc\n0 of 1") == (
        "VIOLATED(11)"
    )


@pytest.mark.parametrize("other", ["unsat", "sat 10", "HOLDS_TO(12)"])
def test_a_disagreement_is_an_error(other):
    """So is a run of another length."""
    found = {"vtsc": [ran(answer="VIOLATED(11)")], "other": [ran(answer=other)]}
    with pytest.raises(Disagreement, match=r"^cell: vtsc says violated at depth 11, other says"):
        compare("cell", found)


@pytest.mark.parametrize("other", ["sat", "sat 11", "unknown", ""])
def test_what_can_be_right_together_is_none(other):
    """No answer contradicts nothing, and a solver need not say where a run ends."""
    compare("cell", {"vtsc": [ran(answer="VIOLATED(11)")], "other": [ran(answer=other)]})


def test_ways_are_taken_in_turn(tmp_path):
    """A B A B; each line says which."""
    cache, lines = Cache(tmp_path), []
    both = [printing("A", "sat", cache), printing("B", "sat 3", cache)]
    found = in_turn("cell", both, 2, 5, lines.append)
    assert [line.split(":")[1].strip() for line in lines] == ["A", "B", "A", "B"]
    assert [run.answer for run in found["B"]] == ["sat 3", "sat 3"]


def test_a_disagreement_ends_the_command(monkeypatch, tmp_path, capsys):
    """The exit status is 1, and the line names the two."""
    cache = Cache(tmp_path)
    two = [printing("vtsc", "unsat", cache), printing("z3", "sat", cache)]
    monkeypatch.setattr(ways, "export", lambda *_: None)
    monkeypatch.setattr(ways, "of", lambda *_: two)
    assert bench.main(["--only", "proof", "--rounds", "1"]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == "bench: proof: vtsc says not violated, z3 says violated"


@pytest.mark.parametrize("more", [["--only", "proof"], ["--compare", "HEAD"]])
def test_a_part_is_not_written(more, capsys):
    """The document is made of everything at once."""
    with pytest.raises(SystemExit) as end:
        bench.main(["--write", *more])
    assert end.value.code == 2
    assert "leave out --only and --compare" in capsys.readouterr().err


def test_what_was_measured_before_a_failure_is_kept(monkeypatch, tmp_path):
    """A command that fails late does not cost what came before it."""

    def failing(suite, chosen):
        suite.results.runs["first"] = {"vtsc": [ran(2.0)]}
        raise Failed("the second one failed")

    monkeypatch.setattr(bench.Suite, "measure", failing)
    given = bench.parser().parse_args(["--rounds", "1"])
    monkeypatch.setattr(bench, "KEPT", tmp_path / "bench.json")
    with pytest.raises(Failed):
        bench.measured(given)
    assert bench.Results.load(tmp_path / "bench.json").of("first", "vtsc") == [ran(2.0)]


def test_the_revision_is_that_of_the_checkout():
    """It is told with the machine; where there is no checkout, it is not known."""
    asked = ["git", "rev-parse", "HEAD"]
    head = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    told = described()["vtsc"].removesuffix("-dirty")
    assert (len(told) >= 4 and head.startswith(told)) if head else told == "not known"
