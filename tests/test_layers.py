"""Who may know whom: imports point one way, and the checker knows nothing of its domain."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "vtsc": {"vtsc"},
    "model": {"vtsc", "model"},
    "properties": {"vtsc", "model", "properties"},
}
DOMAIN = re.compile(r"vcpu|pcpu|(?<!v)tsc|kvm|rdtsc", re.IGNORECASE)


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
    """vtsc <- model <- properties, and nothing points back."""
    for path in sources(package):
        ours = imported(path) & MAY_IMPORT.keys()
        assert ours <= MAY_IMPORT[package], path


def test_content_never_imports_z3():
    """Designs and properties are plain Python."""
    for package in ("model", "properties"):
        assert not [p for p in sources(package) if "z3" in imported(p)]


def test_model_never_prints():
    """Only reports print."""
    for package in ("model", "properties"):
        assert not [p for p in sources(package) if "print(" in p.read_text(encoding="utf-8")]


def test_only_reports_and_the_command_line_print():
    """In the checker, print() stands in report/, in cli.py, and in verify's progress."""
    allowed = {"cli.py", "verify.py"}
    for path in sources("vtsc"):
        if path.parent.name != "report" and path.name not in allowed:
            assert "print(" not in path.read_text(encoding="utf-8"), path


def test_the_checker_has_no_word_of_the_domain():
    """No vcpu, pcpu, tsc, kvm, rdtsc in vtsc, the product's own name and its summary aside."""
    for path in sources("vtsc"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            text = line.replace("vtsc", "").replace("time a KVM guest sees", "")
            assert not DOMAIN.search(text), f"{path}:{number}: {line}"


def test_no_engine_sees_recorded_verdicts():
    """The oracle in the property files is read by reports and tests, never by what decides."""
    deciding = [*sources("vtsc/engines"), *sources("vtsc/arithmetics")]
    names = ("unroll", "builder", "system", "simplify", "symmetry", "shortcuts", "replay")
    deciding += [ROOT / "vtsc" / f"{name}.py" for name in names]
    for path in deciding:
        assert "recorded_verdict" not in path.read_text(encoding="utf-8"), path
        assert ".recorded" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["list"],
        ["show", "counterexamples/patch25.cstate.monotonic.json"],
        ["replay", "counterexamples/patch25.cstate.monotonic.json"],
    ],
)
def test_start_up_imports_neither_z3_nor_rich(arguments):
    """The commands that need no solver load none; no tables, no rich."""
    program = (
        "import sys\nfrom vtsc.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print(sorted({'z3', 'rich', 'multiprocessing'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "[]"
