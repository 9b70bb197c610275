"""Who may know whom: imports point one way, and the checker knows nothing of its domain."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

MAY_IMPORT = {
    "vtsc": {"vtsc"},
    "model": {"vtsc", "model"},
    "properties": {"vtsc", "model", "properties"},
    "questions": {"vtsc", "model", "properties", "questions", "conformance"},
    "conformance": {"vtsc", "model", "conformance"},
}
ROOMS: dict[str, set[str]] = {
    "base": set(),
    "language": {"base"},
    "stores": {"base", "language"},
    "native": {"base", "language", "stores"},
    "symbolic": {"base", "language", "stores"},
    "content": {"base", "language"},
    "system": {"base", "language", "stores", "symbolic"},
    "smtlib": {"base", "language", "symbolic", "system"},
    "validation": {"base", "language", "stores", "native", "symbolic", "system"},
    "solver": {"base", "language", "symbolic", "system", "validation"},
    "engines": {"base", "language", "native", "symbolic", "system", "smtlib", "solver"},
    "evidence": {
        "base", "language", "native", "symbolic", "content", "system", "smtlib", "stores",
        "validation", "solver",
    },
    "deciding": {
        "base", "language", "native", "content", "system", "solver", "engines", "evidence",
    },
    "why": {"base", "language", "native", "content", "engines", "evidence", "deciding"},
    "report": {
        "base", "language", "native", "content", "engines", "evidence", "deciding", "why",
    },
    "commands": {
        "base", "language", "native", "content", "evidence", "deciding", "why", "report",
    },
}  # fmt: skip
"""Each folder of vtsc with those that it may import; a folder comes after all that it imports."""
DOMAIN = re.compile(
    r"vcpu|pcpu|(?<!v)tsc|kvm|rdtsc|\b(guests?|cycles?|migrat\w*|dt)\b|read=|time units?",
    re.IGNORECASE,
)
"""Words of the model that the checker came with: its things, its units, its inputs, its observations."""
TAKEN_APART = re.compile(r"0123456789|string\.digits|isdigit|isdecimal|isnumeric")
"""Ways to take a number off the end of a name."""
EXAMPLES = ("examples/seqcount/model", "examples/seqcount/properties")


def sources(package: str) -> list[Path]:
    """The Python files of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level packages a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way(package):
    """vtsc <- model <- properties <- questions, model <- conformance <- questions, and never back."""
    for path in sources(package):
        ours = imported(path) & MAY_IMPORT.keys()
        assert ours <= MAY_IMPORT[package], path


def rooms(path: Path) -> set[str]:
    """The folders of vtsc that a file imports from, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.startswith("vtsc.")}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{a.name}" for a in node.names}
    return {name.split(".")[1] for name in found if name.startswith("vtsc.")} & ROOMS.keys()


def test_every_folder_is_in_the_table():
    """The table is complete, and orders the folders: nothing points upward, so there is no circle."""
    folders = {p.parent.name for p in (ROOT / "vtsc").glob("*/__init__.py")} - {"_bundled"}
    assert folders == ROOMS.keys()
    known: set[str] = set()
    for folder, below in ROOMS.items():
        assert below <= known, folder
        known.add(folder)


@pytest.mark.parametrize("folder", ROOMS)
def test_a_folder_imports_only_what_the_table_says(folder):
    """Every file of every folder, function-level imports included."""
    for path in sources(f"vtsc/{folder}"):
        assert rooms(path) <= ROOMS[folder] | {folder}, path


@pytest.mark.parametrize("package", ["model", "properties", *EXAMPLES])
def test_content_imports_the_language_alone(package):
    """All that content may know of the checker is what `vtsc.language` offers."""
    for path in sources(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vtsc"):
                assert node.module == "vtsc.language", path


def test_only_solver_and_engines_import_z3():
    """Elsewhere a solver is a function that is called."""
    for path in sources("vtsc"):
        folder = path.relative_to(ROOT / "vtsc").parts[0]
        assert "z3" not in imported(path) or folder in ("solver", "engines"), path


def test_plain_running_loads_nothing_symbolic():
    """In a fresh process, all of `vtsc.native` leaves symbolic values and solvers unloaded."""
    modules = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in sources("vtsc/native")]
    program = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "loaded = {n.split('.')[1] for n in sys.modules if n.startswith('vtsc.')}\n"
        "print(sorted(loaded & {'symbolic', 'system', 'solver'}), 'z3' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] False"


def test_content_never_imports_z3():
    """Designs and properties are plain Python; a command asks the solver by way of `vtsc.solver`."""
    for package in ("model", "properties", "questions", "conformance", *EXAMPLES):
        assert not [p for p in sources(package) if "z3" in imported(p)]


def test_model_never_prints():
    """Only reports print."""
    for package in ("model", "properties", "questions", "conformance", *EXAMPLES):
        assert not [p for p in sources(package) if "print(" in p.read_text(encoding="utf-8")]


def test_only_reports_and_the_command_line_print():
    """In the checker, print() stands in report/screen.py and in cli.py."""
    for path in sources("vtsc"):
        if path.name not in ("screen.py", "cli.py"):
            assert not re.search(r"\bprint\(", path.read_text(encoding="utf-8")), path


def test_the_checker_has_no_word_of_the_domain():
    """No thing, unit, input or observation of any model is named in vtsc, the product's own name aside."""
    data = [*(ROOT / "vtsc").rglob("*.css"), *(ROOT / "vtsc").rglob("*.js")]
    assert data
    for path in [*sources("vtsc"), *data]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            own = line.replace("vtsc", "").replace("preventScroll", "")  # a word of browsers
            assert not DOMAIN.search(own), f"{path}:{number}: {line}"


def test_names_of_instances_are_made_in_one_place_and_taken_apart_nowhere():
    """A record says whose it is; digits are looked for only where numbers are read from texts."""
    reading = {"content/expected.py", "smtlib/lemma_text.py", "evidence/trace.py"}
    for path in sources("vtsc"):
        if path.relative_to(ROOT / "vtsc").as_posix() not in reading:
            assert not TAKEN_APART.search(path.read_text(encoding="utf-8")), path


SEEN = re.compile(
    r"verdict_of_table|expected_verdict|content\.(manifest|expected) import(?! HOLDS\b)|\.expected\b"
)


def test_no_engine_sees_expected_verdicts():
    """The oracle in the property files is read by reports and tests, never by what decides."""
    oracle = {"expected.py", "verdict.py"}
    free = ("content", "report", "commands", "pytest_cells.py")
    for path in sources("vtsc"):
        if path.name in oracle or path.relative_to(ROOT / "vtsc").parts[0] in free:
            continue
        text = path.read_text(encoding="utf-8")
        assert not SEEN.search(text), path


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["list"],
        ["list", "--format", "json"],
        ["show", "counterexamples/patch25.cstate.monotonic.json"],
        ["show", "counterexamples/patch25.cstate.monotonic.json", "--mail"],
        ["show", "docs/example-certificate", "--mail"],
        ["replay", "counterexamples/patch25.cstate.monotonic.json"],
        ["export", "counterexamples/patch25.cstate.monotonic.json", "--format", "perfetto"],
        ["new", "mine", "--from", "patch25", "-o", "/dev/null"],
        ["recipe", "--from-log", "tests/recorder/saved-and-restored.jsonl"],
        ["recipe", "kvmtool-pause", "--against", "tests/recorder/saved-and-restored.jsonl"],
        ["recipe", "kvmtool-pause", "--live", "--device", "/dev/null"],
        ["drift", "--khz", "2000000"],
        ["explain", "tests/conformance/recorded/normal.x86-tsc.txt"],
    ],
)
def test_start_up_imports_neither_z3_nor_rich(arguments):
    """The commands that need no solver load none; no tables, no rich; no workers, no multiprocessing."""
    assert loaded(arguments) == "[]"


def test_random_runs_need_workers_and_no_solver():
    """Each machine is played in a process of its own, from which nothing else is loaded."""
    asked = ["simulate", "patch25", "--host", "stable", "-p", "monotonic", "--steps", "50"]
    assert loaded(asked) == "['multiprocessing']"


def loaded(arguments):
    """Which of the modules that cost much are loaded once a command has ended."""
    program = (
        "import sys\nfrom vtsc.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print(sorted({'z3', 'rich', 'multiprocessing'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stderr.splitlines()[-1]
