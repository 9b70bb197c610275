"""``--design FILE``: a design in a file of its own, in no registry, is one like any other."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.apart import run_apart
from tests.support.paths import ROOT
from tests.support.sampling import sampled

EXAMPLE = "examples/my_patch.py"
GOOD = '''\
"""A design of my own."""

from model.designs.v2_6_37 import V2637
from vtsc.language import counter


class Mine(V2637):
    """2.6.37 with a note that nobody reads."""

    name = "mine"
    title = "my own"
    vcpu_fields = {"note": counter("cycles", "what the TSC was at the last put")}

    def vcpu_put(self, host, vcpu):
        super().vcpu_put(host, vcpu)
        vcpu.note = host.tsc(vcpu.cpu)
'''
CELL = ("--host", "stable", "-p", "monotonic")


@pytest.fixture
def mine(tmp_path) -> Path:
    """A file with a design of its own, outside of the root."""
    path = tmp_path / "mine.py"
    path.write_text(GOOD, encoding="utf-8")
    return path


def run(*arguments: object, cwd: Path = ROOT) -> tuple[int, str]:
    """Exit status and all that is said."""
    return run_apart(*map(str, arguments), cwd=cwd)


@pytest.mark.slow
def test_the_command_of_the_readme_says_what_the_readme_shows():
    """The section on a design of one's own runs as it stands there, and its file is in the tree."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Your own design\n")[2]
    blocks = re.findall(r"^```(\w*)\n(.*?)^```\n", section, flags=re.MULTILINE | re.DOTALL)
    file, command, shown = (text for _, text in blocks[:3])
    assert file == (ROOT / EXAMPLE).read_text(encoding="utf-8")
    program, *arguments = shlex.split(command)
    assert (program, EXAMPLE in arguments) == (".venv/bin/vtsc", True)
    status, text = run(*arguments)
    assert status == 10 and shown in text
    assert f"again: vtsc verify --design {EXAMPLE} --host cstate -p monotonic\n" in text


@pytest.mark.hours
@pytest.mark.slow
def test_a_trace_of_such_a_design_is_shown_and_replayed(tmp_path):
    """With the file; without it, one line says what is missing; with another text, that it is another."""
    cell = ("--host", "cstate", "-p", "monotonic", "--bounded", "--depth", "12")
    assert run("verify", "--design", EXAMPLE, *cell, "--save", tmp_path)[0] == 10
    (trace,) = tmp_path.glob("*.json")
    status, text = run("replay", trace, "--design", EXAMPLE)
    assert (status, text) == (10, "my-patch cstate monotonic: 12 steps replayed, VIOLATED(12)\n")
    status, text = run("show", trace, "--design", EXAMPLE)
    assert status == 0 and f"again: vtsc verify --design {EXAMPLE}" in text
    status, text = run("replay", trace)
    assert status == 3 and len(text.splitlines()) == 1
    assert "a design in a file of its own needs --design FILE" in text
    other = tmp_path / "other.py"
    source = (ROOT / EXAMPLE).read_text(encoding="utf-8")
    other.write_text(source.replace("if vcpu.left_cpu == cpu", "if vcpu.left_cpu != cpu"))
    status, text = run("replay", trace, "--design", other)
    assert status == 3 and "made with model" in text


@pytest.mark.hours
@pytest.mark.slow
def test_a_certificate_of_such_a_design_is_checked_again(mine, tmp_path):
    """It holds with the file, and is rejected without it, and for another text of it."""
    saved = tmp_path / "saved"
    status, text = run("verify", "--design", mine, *CELL, "--save", saved)
    assert status == 0 and "mine stable monotonic: PROVED" in text
    assert run("certify", saved, "--design", mine)[0] == 0
    status, text = run("certify", saved)
    assert status == 71 and text.count("needs --design FILE") == 2
    mine.write_text(GOOD.replace("vcpu.note = host", "vcpu.tsc_offset = host"), encoding="utf-8")
    status, text = run("certify", saved, "--design", mine)
    assert status == 71 and "is not what the model gives" in text


@pytest.mark.slow
def test_it_is_simulated_and_listed(mine):
    """By itself where no design is named; beside those of the root otherwise."""
    arguments = ("--steps", 200, *CELL, "--design", mine)
    assert re.findall(r"^(\S+) stable, ", run("simulate", *arguments)[1], re.M) == ["mine"]
    both = run("simulate", "patch25", *arguments)[1]
    assert re.findall(r"^(\S+) stable, ", both, re.M) == ["patch25", "mine"]
    status, text = run("list", "--design", mine)
    assert (status, "  mine: my own\n" in text, "  patch25: " in text) == (0, True, True)


@pytest.mark.slow
def test_its_digest_is_that_of_its_text(mine):
    """Another program gives another digest; a comment, another place and another name of the file do not."""

    def digest(path):
        return re.search(r"model: checkout (\w+)", run("list", "--design", path)[1])[1]

    first = digest(mine)
    assert first != re.search(r"model: checkout (\w+)", run("list")[1])[1]
    moved = mine.with_name("moved.py")
    moved.write_text(f"# a comment\n{GOOD}", encoding="utf-8")
    assert digest(moved) == first
    mine.write_text(GOOD.replace("host.tsc(vcpu.cpu)", "vcpu.last_host_tsc"), encoding="utf-8")
    assert digest(mine) != first


@pytest.mark.hours
@pytest.mark.slow
def test_what_is_remembered_of_one_text_is_not_used_for_another(tmp_path, mine, monkeypatch):
    """A text of the same length, at once after a proof, with the same cache: its own verdict."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    assert "mine stable monotonic: PROVED" in run("verify", "--design", mine, *CELL)[1]
    mine.write_text(
        GOOD.replace("vcpu.note = host.tsc(vcpu.cpu)", "vcpu.tsc_offset -= 3000000000 ")
    )
    assert run("verify", "--design", mine, *CELL)[0] == 10


@pytest.mark.hours
@pytest.mark.slow
def test_a_root_of_model_and_properties_alone_is_complete(copy, mine):
    """Without checks.toml and proofs/ it verifies; the gate says in one line what it lacks."""
    status, text = run("verify", "--design", mine, *CELL, "--root", copy)
    assert status == 0 and "mine stable monotonic: PROVED" in text
    assert run("list", "--root", copy)[0] == 0
    status, text = run("gate", "--root", copy)
    assert (status, len(text.splitlines())) == (3, 1) and "checks.toml: not there" in text


@pytest.mark.slow
@sampled(4, "name", ["model.py", "re.py", "with space.py", "no_suffix"])
def test_the_file_may_be_called_anything(mine, name):
    """Also as a module that there is."""
    path = mine.rename(mine.with_name(name))
    status, text = run("simulate", "--steps", 20, *CELL, "--design", path)
    assert status == 0 and text.startswith("mine stable, ")


@pytest.mark.slow
def test_helpers_stand_beside_the_design(mine):
    """Functions, and classes that are no design or have no name, are the file's own affair."""
    helpers = "\n\ndef noted(host, vcpu):\n    return host.tsc(vcpu.cpu)\n\n\nclass Base(V2637):\n    pass\n"
    head, mark, rest = GOOD.partition("\n\nclass Mine(V2637)")
    text = f"{head}{helpers}{mark.replace('V2637', 'Base')}{rest}"
    mine.write_text(text.replace("= host.tsc(vcpu.cpu)", "= noted(host, vcpu)"), encoding="utf-8")
    status, said = run("simulate", "--steps", 20, *CELL, "--design", mine)
    assert status == 0 and said.startswith("mine stable, ")


@pytest.mark.slow
def test_nothing_is_left_beside_the_file(mine, monkeypatch):
    """No compiled copy, which might stand for another text."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    assert run("list", "--design", mine)[0] == 0
    assert [p.name for p in mine.parent.iterdir()] == [mine.name]


CLASS = "class Mine(V2637):"
ERRORS = {
    "syntax": (GOOD.replace(CLASS, "class Mine(V2637:"), r":7: "),
    "return": (f"{GOOD}return\n", r":17: 'return' outside function"),
    "none": ("ONE = 1\n", r": no design: derive a class from Design"),
    "two": (f"{GOOD}\n\nclass Other(Mine):\n    name = 'other'\n", r":19: a second design, Other, besides"),
    "no name": (GOOD.replace('name = "mine"', ""), r":7: design Mine has no name of its own"),
    "taken": (GOOD.replace('"mine"', '"patch25"'), r":7: design Mine is called patch25, as another is"),
    "path": (GOOD.replace('"mine"', '"../x"'), r":7: the name '../x' is no file name: "),
    "space": (GOOD.replace('"mine"', '"my patch"'), r":7: the name 'my patch' is no file name: "),
    "number": (GOOD.replace('"mine"', "7"), r":7: the name 7 is no file name: "),
    "import": (GOOD.replace("\n\n", "\nimport helper\n", 1), r":2: import of helper: "),
    "missing": (GOOD.replace("v2_6_37", "v2_6_38"), r":3: "),
    "fails": (f"{GOOD}\nX = 1 // 0\n", r":18: ZeroDivisionError: "),
    "misspelt": (GOOD.replace("def vcpu_put", "def vcpu_putt"), r":14: nothing calls vcpu_putt of Mine: did"),
    "arguments": (GOOD.replace("host, vcpu):", "host, vcpu, more):"), r":14: vcpu_put takes .*: it must"),
    "taken field": (GOOD.replace('{"note"', '{"tsc_offset"'), r":12: the name tsc_offset means something"),
    "twice": (GOOD.replace('")}', '"), "note": 1}'), r":12: the name note means something already"),
    "no field": (GOOD.replace('"note": counter', '"note": abs'), r":12: note is no field: declare it with"),
    "no word": (GOOD.replace('"note"', '"a note"'), r":12: this is no name of a field: "),
    "store": (GOOD.replace("vcpu.note =", "vcpu.nota ="), r":16: a store into .nota, .* did you mean note?"),
}  # fmt: skip
"""What is wrong with a file, and the line that says so after its name."""


@pytest.mark.slow
@sampled(3, "what", ERRORS)
def test_a_file_that_cannot_be_used(mine, what):
    """One line with the file as the user called it, the line where there is one, and exit 3."""
    text, said = ERRORS[what]
    assert text != GOOD
    mine.write_text(text, encoding="utf-8")
    status, line = run("list", "--design", "mine.py", "--root", ROOT, cwd=mine.parent)
    assert (status, len(line.splitlines())) == (3, 1), line
    assert re.match(f"vtsc: mine.py{said}", line), line


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_a_file_that_is_none(tmp_path, kind):
    """One line, exit 3, and no waiting for a pipe."""
    path = tmp_path / "mine.py"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        subprocess.run(["mkfifo", str(path)], check=True)
    status, line = run("list", "--design", path)
    said = "No such file or directory" if kind == "missing" else "not a file"
    assert (status, line) == (3, f"vtsc: {path}: {said}\n")


def test_a_model_without_such_files(tmp_path):
    """The example of a second domain takes none, and says so."""
    root = shutil.copytree(ROOT / "examples/seqcount", tmp_path / "root")
    (tmp_path / "mine.py").write_text("ONE = 1\n", encoding="utf-8")
    status, line = run("list", "--design", tmp_path / "mine.py", "--root", root)
    assert status == 3 and "this model takes no designs from files" in line


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("model/designs/patch25.py", '"patch25"', '"a/b"', "the name 'a/b' is no file name"),
        ("model/designs/patch25.py", '"patch25"', '"pre25"', "design Patch25 is called pre25"),
        ("properties/monotonic.py", '"monotonic"', '".."', "the name '..' is no file name"),
    ],
)
def test_the_registry_names_the_file_of_the_definition(copy, file, old, new, said):
    """Not its own, nor the place in which this tree lies."""
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert f"name = {old}" in text
    path.write_text(text.replace(f"name = {old}", f"name = {new}"), encoding="utf-8")
    status, line = run("list", "--root", copy)
    assert (status, len(line.splitlines())) == (3, 1)
    assert re.match(rf"vtsc: {file}:\d+: {re.escape(said)}", line), line


@pytest.mark.slow
def test_a_message_has_no_place_of_this_machine(copy):
    """An import that fails is told with its file below the root."""
    path = copy / "model/lemmas/standings.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nX = {}['a']\n", encoding="utf-8")
    status, line = run("list", "--root", copy)
    assert status == 3 and line.startswith("vtsc: model/lemmas/standings.py:")
    assert str(copy) not in line
