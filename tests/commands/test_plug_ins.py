"""Formats and engines of other distributions, which are installed beside vtsc and found by entry point."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.schemas import validator
from vtsc import engines
from vtsc.base.errors import UsageError
from vtsc.cli import main
from vtsc.engines.task import Answer, Finding

DOMAIN = ROOT / "examples" / "seqcount"
CODE = '''
from vtsc.engines.task import Answer, Finding
from vtsc.native.witness import Witness


class counted:
    """A format."""

    @staticmethod
    def report(given):
        return f"{len(given.verdicts)} verdicts\\n"


class failing:
    @staticmethod
    def report(given):
        raise KeyError("design")


class liar:
    """An engine that claims what nobody can check."""

    @staticmethod
    def decide(task):
        return Answer(Finding.HOLDS, depth=500)


class prover:
    """An engine that claims a proof without a lemma."""

    @staticmethod
    def decide(task):
        return Answer(Finding.PROVED, lemmas=())


class silent:
    @staticmethod
    def decide(task):
        return None
'''
POINTS = """\
[vtsc.formats]
counted = small_plug:counted
failing = small_plug:failing
broken = no_such_module_anywhere
empty = small_plug:Answer

[vtsc.engines]
liar = small_plug:liar
prover = small_plug:prover
silent = small_plug:silent
"""


@pytest.fixture
def installed(tmp_path, monkeypatch) -> Path:
    """A folder on the path in which a distribution with plug-ins is installed."""
    folder = tmp_path / "site"
    info = folder / "small_plug-1.2.dist-info"
    info.mkdir(parents=True)
    (folder / "small_plug.py").write_text(CODE, encoding="utf-8")
    metadata = "Metadata-Version: 2.1\nName: small-plug\nVersion: 1.2\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    (info / "entry_points.txt").write_text(POINTS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{ROOT}")
    yield folder
    sys.modules.pop("small_plug", None)
    engines.enlist([])


def vtsc(folder, *arguments):
    """Run a command on the small domain in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "vtsc", *arguments, "--root", str(DOMAIN), "-j1"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_formats_of_a_plug_in(installed, tmp_path):
    """One beside ours, and one that fails, which costs its own report and is named in one line."""
    text = '[[check]]\ndesign = "only-equal"\nhost = "sc"\nproperty = "never_torn"\n'
    (tmp_path / "checks.toml").write_text(text, encoding="utf-8")
    files = ("--format=counted=c.out", "--format=ktap=k.out", "--format=failing")
    done = vtsc(tmp_path, "gate", "checks.toml", "--save=r", "--engine=liar", *files)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "vtsc: plug-in failing of small-plug 1.2: KeyError: 'design'\n"
    assert (tmp_path / "c.out").read_text(encoding="utf-8") == "1 verdicts\n"
    assert (tmp_path / "k.out").read_text(encoding="utf-8").startswith("KTAP")


@pytest.mark.slow
def test_engines_of_a_plug_in(installed, tmp_path):
    """Lemmas are proved again, and a depth is not believed: the cell stays open as far as we searched."""
    asked = ("barriers", "--host=sc", "--depth=8", "--bounded", "--engine=prover")
    done = vtsc(tmp_path, "verify", *asked, "--engine=liar", "--format=json")
    (result,) = json.loads(done.stdout)["results"]
    assert (result["status"], result["engine"], result["depth"]) == ("bounded", "bmc", 8)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--format", "broken"],
            "plug-in broken of small-plug 1.2: ModuleNotFoundError: No module named "
            "'no_such_module_anywhere'",
        ),
        (
            ["--format", "empty"],
            "plug-in empty of small-plug 1.2: small_plug:Answer has no report()",
        ),
        (["--format", "conted"], "--format conted: did you mean counted?"),
        (["--engine", "lair"], "--engine lair: did you mean liar?"),
        (["--format", "text", "--format", "ktap"], "--format: text and ktap have no file of their"),
        (["--format", "ktap="], "--format ktap=: expected the name of a file after ="),
        (["--format=ktap=/x", "--format=junit=/x"], "--format: two reports go to /x"),
        (["--format", "ktap=/proc/none/x"], "cannot write /proc/none/x"),
    ],
)
def test_mistakes(installed, capsys, arguments, said):
    """One line each, before anything is decided."""
    assert main(["gate", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"vtsc: {said}"), line


def test_two_distributions_with_the_same_name(installed, capsys):
    """Neither is chosen."""
    other = installed / "second-3.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: second\nVersion: 3.0\n", encoding="utf-8"
    )
    (other / "entry_points.txt").write_text(
        "[vtsc.formats]\ncounted = small_plug:counted\n", encoding="utf-8"
    )
    assert main(["gate", "--format", "counted"]) == 2
    said = "vtsc: --format counted: both second 3.0 and small-plug 1.2 have such a plug-in\n"
    assert capsys.readouterr().err == said


def test_the_list_of_plug_ins(installed, capsys):
    """Each with its distribution, and the broken ones with what is wrong; the status says so."""
    assert main(["list", "--plug-ins"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("format broken: small-plug 1.2: BROKEN: plug-in broken")
    assert "format counted: small-plug 1.2" in lines and "engine liar: small-plug 1.2" in lines
    assert max(map(len, lines)) <= 80
    assert main(["list", "--plug-ins", "--format", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    validator("plug-ins").validate(document)
    assert {x["name"] for x in document["results"] if x["problem"]} == {"broken", "empty"}


def test_no_plug_in_is_looked_for_without_need(installed):
    """For a format of our own, nothing of another distribution is loaded, nor asked for."""
    program = (
        "import sys\nfrom vtsc.cli import main\n"
        "main(['gate', '--list', '--format', 'json', '-o', '/dev/null'])\n"
        "print(sorted({'z3', 'rich', 'small_plug', 'importlib.metadata'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# what is believed of an engine


def test_only_what_can_be_checked_is_believed(installed):
    """That nothing was found to some depth is not; that a run is the shortest is not either."""
    engines.enlist(["liar", "silent"])
    assert engines.asked(engines.Effort.BOUNDED, shared=False)[-2:] == ("liar", "silent")
    assert engines.enlisted() == ["liar small-plug 1.2", "silent small-plug 1.2"]
    answer = engines.ask("liar", None)
    assert (answer.finding, answer.depth) == ("open", 0)
    with pytest.raises(UsageError, match=r"silent of small-plug 1\.2: decide\(\) returns no"):
        engines.ask("silent", None)


class Sly(Answer):
    """An answer that says of itself that it decides, and to a depth that nobody searched."""

    decided = True


OPEN = Answer(Finding.OPEN, reason="liar does not decide it")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Sly(Finding.HOLDS, depth=500, confirmed=500), OPEN),
        (Answer(Finding.VIOLATED, depth=1), OPEN),
        (Sly(Finding.PROVED, depth=500), Answer(Finding.PROVED, shortest=False)),
        (Answer(Finding.PROVED, k=0), "k 0"),
        (Answer(Finding.PROVED, k=True), "k True"),
        (Answer(Finding.PROVED, k=1.5), "k 1.5"),
        (Answer(Finding.PROVED, lemmas=("a",)), "lemmas ('a',)"),
        (Answer(Finding.PROVED, found=(3,)), "found (3,)"),
        (Answer(Finding.VIOLATED, witness=3), "witness 3"),
        (Answer("proved"), "finding 'proved'"),
        (Answer(Finding.OPEN, reason=None), "reason None"),
    ],
)  # fmt: skip
def test_an_answer_is_made_anew_of_what_can_be_checked(installed, monkeypatch, answer, told):
    """Neither a depth nor what an answer says of itself is taken over; parts of a wrong kind are named."""
    engines.enlist(["liar"])
    engine = engines.entry_of("liar").engine
    monkeypatch.setattr(sys.modules["small_plug"].liar, "decide", lambda task: answer)
    if isinstance(told, Answer):
        assert engine(None) == told and type(engine(None)) is Answer
    else:
        with pytest.raises(UsageError, match=re.escape(f"returns an Answer with {told}")):
            engine(None)
