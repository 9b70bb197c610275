"""``vtsc new``: a file with a copy of a design, which is the same design until it is edited."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.test_cli import answer
from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError
from vtsc.cli import main
from vtsc.content.case import Case
from vtsc.content.loader import load
from vtsc.content.new_design import new_design
from vtsc.evidence.questions import queries
from vtsc.evidence.systems import Systems

ORIGINS = (
    "2.6.35-vmx", "before-c8076604", "2.6.35-svm", "58877679-svm", "2.6.36-svm", "99e3e30a", "f38e098f",
    "e48672fa", "pre25", "patch25", "2.6.37", "0dd6a6ed", "repaired",
)  # fmt: skip
FEW = ("patch25", "repaired")
"""The origins whose copies are compared in every run: with definitions beside the class, and with fields."""


def written(origin: str, folder: Path, name: str = "mine") -> Path:
    """The file with a new design, as the command writes it."""
    path = folder / f"{name.replace('-', '_')}.py"
    assert main(["new", name, "--from", origin, "-o", str(path)]) == 0
    return path


def questions(content, design: str) -> dict[str, str]:
    """The questions whose answers are a proof by induction, as texts: of starts, steps and the property."""
    case = Case(content, design, "cstate", content.resolve(design, "monotonic", {}))
    system = Systems(case).own([case.property("monotonic")], case.lemmas("monotonic"))
    return queries(system, "monotonic")


def test_every_design_can_be_copied():
    """None is left out of the list above."""
    assert tuple(load(None).model.designs) == ORIGINS


@pytest.mark.slow
@pytest.mark.parametrize(
    "origin", [pytest.param(o, marks=() if o in FEW else pytest.mark.hours) for o in ORIGINS]
)
def test_a_copy_is_the_same_system(origin, tmp_path):
    """Starts, steps, lemmas and violations are the same terms, so no verdict can differ."""
    content = load(None, str(written(origin, tmp_path)))
    asked = questions(content, origin)
    assert len(asked) >= 3
    assert questions(content, "mine") == asked


@pytest.mark.slow
def test_the_comparison_sees_an_edit(tmp_path):
    """The test above can fail: one word of the copy is changed."""
    path = written("patch25", tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("tsc_delta < 0", "tsc_delta <= 0"), encoding="utf-8")
    content = load(None, str(path))
    assert questions(content, "mine") != questions(content, "patch25")


@pytest.fixture
def copies(tmp_path) -> list[str]:
    """A copy of every design."""
    return [str(written(origin, tmp_path, f"my-{origin}")) for origin in ORIGINS]


def test_copies_are_formatted_and_linted(copies):
    """With the rules of this project, for which no line needs a change."""
    given = ("--config", str(ROOT / "pyproject.toml"), *copies)
    for tool in (("check",), ("format", "--check")):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *tool, *given], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.hours
@pytest.mark.slow
def test_copies_have_types(copies):
    """As strict as those of the project."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *copies], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_a_field_is_declared_where_the_file_has_a_place_for_it(tmp_path):
    """The table is there; a field in it is stored to and is part of the state."""
    path = written("patch25", tmp_path)
    text = path.read_text(encoding="utf-8")
    edits = {
        "    vcpu_fields = {}\n": '    vcpu_fields = {"note": counter("cycles", "a note")}\n',
        "import both, integer": "import both, counter, integer",
        "vcpu.last_host_tsc = host": "vcpu.note = vcpu.last_host_tsc = host",
    }
    for old, new in edits.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    cell = ("-p", "monotonic", "--host", "stable", "--steps", "200")
    assert main(["simulate", "--design", str(path), *cell]) == 0
    content = load(None, str(path))
    machine = content.model.build("mine", "stable", content.resolve("mine", None, {}))
    assert "vcpu0.note" in machine.state().values()


def test_what_the_command_says(tmp_path, monkeypatch, capsys):
    """The file is named after the design, and the next command is shown."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "my-2.6.38+x", "--from", "2.6.37"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "my_2_6_38_x.py: my-2.6.38+x, which does what 2.6.37 does",
        "next: change it, then vtsc verify --design my_2_6_38_x.py --host NAME -p PROPERTY",
    ]
    text = (tmp_path / "my_2_6_38_x.py").read_text(encoding="utf-8")
    assert "class My2638X(Patch25):" in text
    assert "    vtsc watch my_2_6_38_x.py --host NAME -p PROPERTY\n" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kind"),
    [("none", "DesignNone"), ("2.6.38", "Design2638"), ("pre25", None), ("host", "DesignHost")],
)
def test_names_that_mean_something_already(name, kind, tmp_path):
    """The class gets a name that is free; a design's own name has to be."""
    if kind is None:
        assert main(["new", name, "--from", "patch25", "-o", str(tmp_path / "x.py")]) == 2
        return
    path = written("patch25", tmp_path, name)
    assert f"class {kind}(Pre25):" in path.read_text(encoding="utf-8")
    assert name in load(None, str(path)).model.designs


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["my-patch", "--from", "patch26"], "unknown design patch26: did you mean patch25?"),
        (["patch25", "--from", "pre25"], "NAME patch25: there is a design patch25 already"),
        (["../x", "--from", "pre25"], "NAME ../x: letters, digits and . _ + - are accepted"),
        (["my patch", "--from", "pre25"], "NAME my patch: letters, digits and . _ + - are"),
        (["", "--from", "pre25"], "NAME : letters, digits and . _ + - are accepted"),
        (["my-patch", "--from", "pre25", "-o", "/proc/none/x.py"], "cannot write /proc/none/x.py"),
        (["my-patch"], "the following arguments are required: --from"),
    ],
)
def test_usage_errors(arguments, expected, tmp_path, monkeypatch, capsys):
    """Exit 2, one line, and no file."""
    monkeypatch.chdir(tmp_path)
    status, line = answer(capsys, "new", *arguments, "--root", str(ROOT))
    assert status == 2 and expected in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_is_there_is_not_overwritten(kind, tmp_path, monkeypatch, capsys):
    """Not even a link that leads nowhere."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.py"
    if kind == "file":
        path.write_text("mine\n", encoding="utf-8")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "nowhere")
    status, line = answer(capsys, "new", "mine", "--from", "pre25", "--root", str(ROOT))
    assert (status, line) == (
        2,
        "vtsc: mine.py: it is there already; -o FILE names another file",
    )
    assert [p.name for p in tmp_path.iterdir()] == ["mine.py"]
    if kind == "file":
        assert path.read_text(encoding="utf-8") == "mine\n"


def test_a_model_without_such_files():
    """The example of a second domain says so."""

    class Model:
        design = including = None

    class Content:
        model = Model()

    with pytest.raises(BadFileError, match="takes no designs from files"):
        new_design(Content(), "mine", "locked", "mine.py")
