"""``vtsc gate --init``: a small manifest for a design of one's own; and which manifest is the usual one."""

import tomllib
from dataclasses import replace

import pytest

from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError
from vtsc.cli import main
from vtsc.content.manifest import load_manifest, usual_manifest

DESIGN = str(ROOT / "examples/my_patch.py")
WRITTEN = """\
[[check]]
file = "my_patch.py"
host = "cstate"
property = "monotonic"
expect = "holds"
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """An empty folder with a design, which is the working directory."""
    (tmp_path / "my_patch.py").write_bytes((ROOT / "examples/my_patch.py").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_cell(repository, capsys, content):
    """The whole manifest; it names the file, and can be read as it is."""
    cell = ("--host", "cstate", "-p", "monotonic")
    assert main(["gate", "--init", "my_patch.py", *cell]) == 0
    said = "checks.toml: 1 cell of my-patch, expected to hold\nnext: vtsc gate\n"
    assert capsys.readouterr().out == said
    head, _, rest = (repository / "checks.toml").read_text(encoding="utf-8").partition("\n\n")
    assert rest == WRITTEN and all(line[0] == "#" for line in head.splitlines())
    (check,) = load_manifest(content, repository / "checks.toml").checks
    found = (check.cell.design, check.cell.host, check.cell.property, check.expected)
    assert found == ("my-patch", "cstate", "monotonic", "holds")


def test_many_cells_below_another_folder(repository, capsys, content):
    """All hosts where none is named, several properties, parameters; the path begins at the manifest."""
    options = ("-p", "monotonic", "-p", "bounded_lag", "--set", "vcpus=2", "--set", "lag_bound=1ms")
    assert main(["gate", "ci/own checks.toml", "--init", "my_patch.py", *options]) == 0
    assert capsys.readouterr().out.endswith("\nnext: vtsc gate 'ci/own checks.toml'\n")
    path = repository / "ci/own checks.toml"
    (table,) = tomllib.loads(path.read_text(encoding="utf-8"))["check"]
    assert table == {
        "file": "../my_patch.py",
        "host": "all",
        "property": ["monotonic", "bounded_lag"],
        "set": {"vcpus": "2", "lag_bound": "1ms"},
        "expect": "holds",
    }
    checks = load_manifest(content, path).checks
    assert len(checks) == 2 * len(content.model.hosts)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--init", "none.py"], 3, "vtsc: none.py: No such file or directory"),
        (["--init", DESIGN, "--host", "cstat"], 2, "unknown host cstat: did you mean cstate"),
        (["--init", DESIGN, "--set", "vcpus=x"], 2, "vcpus"),
        (["there.toml", "--init", DESIGN], 2, "there.toml: it is there already"),
        (["--init", DESIGN, "--list"], 2, "--init excludes --list"),
        (["--host", "cstate"], 2, "--host, -p and --set: only with --init"),
    ],
)
def test_mistakes(repository, capsys, arguments, status, said):
    """One line each, and nothing is written."""
    (repository / "there.toml").write_text("", encoding="utf-8")
    assert main(["gate", *arguments]) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert {p.name for p in repository.iterdir()} == {"my_patch.py", "there.toml"}
    assert not (repository / "there.toml").read_text(encoding="utf-8")


def test_the_usual_manifest(repository, monkeypatch, content):
    """The root's inside a root; elsewhere the nearest one upwards, and never that which comes with vtsc.

    A gate that decided the cells of vtsc where there is no manifest would be green for nothing.
    """
    content = replace(content, asked=None)  # as where no --root is given
    with pytest.raises(BadFileError, match=r"checks\.toml: neither here nor in a folder above; "):
        usual_manifest(content)
    bare = replace(content, root=repository)
    with pytest.raises(BadFileError, match=r"checks\.toml: not there; it lists the cells"):
        usual_manifest(bare)
    (repository / "checks.toml").write_text("", encoding="utf-8")
    assert str(usual_manifest(content)) == "checks.toml"
    below = repository / "below" / "further"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert str(usual_manifest(content)) == "../../checks.toml"
    assert usual_manifest(replace(content, asked=str(ROOT))) == ROOT / "checks.toml"
    monkeypatch.chdir(ROOT / "examples")
    assert usual_manifest(content) == ROOT / "checks.toml"
