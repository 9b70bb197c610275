"""Commands that a content declares: found by their names, loaded when called, answered in one line."""

import subprocess
import sys

import pytest

from tests.support.paths import ROOT

MODEL = """\
from vtsc.language import Domain

MODEL = Domain(
    parameters={}, designs={"one": "the only one"}, hosts={"here": "the only one"},
    resolve=None, check=None, assumed="nothing", columns=(), opening=(), rules=(), shared_rules=(),
    kinds={}, spare={}, build=None,
    commands=(
        ("count", "count to a number", "model.count"),
        ("gone", "a command whose module is missing", "model.gone"),
        ("empty", "a command without run", "model.empty"),
        ("foreign", "a command from elsewhere", "json"),
        ("broken", "a command that cannot be loaded", "questions.broken"),
    ),
)
"""
COUNT = '''\
"""Counts."""


def arguments(parser):
    """How far."""
    parser.add_argument("far", type=int, metavar="FAR", help="how far")


def run(arguments):
    """The number is the exit status."""
    print(f"counted to {arguments.far}, root {arguments.root}")
    return arguments.far
'''


@pytest.fixture
def root(tmp_path):
    """A root whose model declares commands and nothing else of interest."""
    files = {
        "pyproject.toml": "[tool.vtsc]\nroot = true\n",
        "model/__init__.py": MODEL,
        "model/count.py": COUNT,
        "model/empty.py": "def arguments(parser): pass\n",
        "properties/__init__.py": "PROPERTIES = {}\n",
        "questions/__init__.py": "",
        "questions/broken.py": "NUMBER = 1\nNUMBER.absent\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def vtsc(root, *arguments):
    """Exit status, standard output and standard error of a process of its own, run in ``root``."""
    done = subprocess.run(
        [sys.executable, "-m", "vtsc", *arguments],
        cwd=root,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_command_of_the_content_is_run(root):
    """With its own arguments, and ``--root`` as any command has it."""
    assert vtsc(root, "count", "5") == (5, "counted to 5, root None\n", "")
    elsewhere = ("count", "--root", str(root), "4")
    assert vtsc(ROOT, *elsewhere) == (4, f"counted to 4, root {root}\n", "")


def test_its_help(root):
    """Its arguments are told as those of any other command are."""
    status, out, _ = vtsc(root, "count", "--help")
    assert status == 0 and out.startswith("usage: vtsc count [-h] [--root DIR] FAR\n\nCount to a")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["cuont", "3"], 2, "unknown command cuont: did you mean count?"),
        (["count", "x"], 2, "argument FAR: invalid int value: 'x' (see vtsc count --help)"),
        (["gone"], 3, "model.gone: ModuleNotFoundError: No module named 'model.gone'"),
        (["empty"], 3, "command empty: model.empty has no run()"),
        (["foreign"], 3, "json was loaded from elsewhere"),
        (["broken"], 3, "questions/broken.py:2: AttributeError: "),
        (["count", "--root", "/nowhere"], 3, "--root /nowhere: no pyproject.toml there"),
        (["count", "--root"], 2, "argument --root: expected one argument"),
    ],
)
def test_mistakes(root, arguments, status, said):
    """One line, and the exit status of what is wrong."""
    found, out, err = vtsc(root, *arguments)
    assert (found, out, err.count("\n")) == (status, "", 1)
    assert said in err


def test_an_unknown_command_where_there_is_no_content(tmp_path):
    """Nothing need be loaded to say so; vtsc's own commands are the known ones."""
    status, _, err = vtsc(tmp_path, "verfy")
    assert (status, err) == (2, "vtsc: unknown command verfy: did you mean verify, certify?\n")


def test_the_module_is_loaded_only_when_called(root):
    """``vtsc list`` names the commands, and ``vtsc --help`` needs no content at all."""
    (root / "model/count.py").write_text("raise SystemExit('loaded')\n", encoding="utf-8")
    status, out, err = vtsc(root, "list")
    assert (status, err) == (0, "")
    assert out.endswith(
        "commands:\n"
        "  count: count to a number\n"
        "  gone: a command whose module is missing\n"
        "  empty: a command without run\n"
        "  foreign: a command from elsewhere\n"
        "  broken: a command that cannot be loaded\n"
    )
    (root / "model/__init__.py").write_text("raise SystemExit('loaded')\n", encoding="utf-8")
    assert vtsc(root, "--help")[0] == 0
