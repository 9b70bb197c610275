"""Footprints: which cases a change of the content can affect."""

import os
import shutil
from types import FunctionType

import pytest

from tests.support.footprints import SEQCOUNT, edit, footprints
from tests.support.sampling import sampled
from vtsc.content.case import Case
from vtsc.content.code import is_only_looked_up, meaning
from vtsc.content.footprint import Footprints
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import load_trace

ALL = {"barriers", "no-barriers", "no-odd", "only-equal"}


@pytest.fixture(scope="module")
def before():
    """The footprints of the second domain as it is."""
    return footprints(SEQCOUNT)


def affected(before, root, seed=0):
    """The cases whose footprints differ in a copy."""
    return {name for name, now in footprints(root, seed).items() if before[name] != now}


def of(designs, hosts=("sc", "weak")):
    """The names of cases."""
    return {f"{design} {host}" for design in designs for host in hosts}


@sampled(
    2,
    ("file", "old", "new", "changed"),
    [
        ("designs", "class NoOdd(", "# a comment\n\n\nclass NoOdd(", set()),
        ("designs", '"""Whether a version is even."""', '"""Another docstring."""', set()),
        ("designs", "page.version + 2)", "page.version + 4)", of(["no-odd"])),
        ("designs", "version // 2 * 2", "2 * (version // 2)", of(ALL)),
        ("designs", "page.first = update", "page.first = update + 0", of(ALL)),
        ("machine", '"weak": "stores are', '"weak": "all stores are', set()),
        ("machine", "[r].at == at", "[r].at - at == 0", of(ALL)),
        ("lemmas", "LEMMAS = ", "UNUSED = 3\nLEMMAS = ", set()),
    ],
    ids=["comment", "docstring", "design", "helper of all", "base", "promise", "machine", "unused"],
)
def test_a_change_affects_the_cases_that_lead_to_it(tmp_path, before, file, old, new, changed):
    """A comment affects none, a design itself and its heirs, a helper those that use it."""
    root = tmp_path / "copy"
    shutil.copytree(SEQCOUNT, root)
    edit(root / "model" / f"{file}.py", old, new)
    assert affected(before, root) == changed


def test_a_helper_affects_the_design_that_uses_it(tmp_path):
    """A function that one design alone calls, and a constant that the function mentions."""
    root = tmp_path / "copy"
    shutil.copytree(SEQCOUNT, root)
    path = root / "model/designs.py"
    edit(path, "page.version + 2)", "page.version + raised())")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n\nSTEP = 2\n\n\ndef raised() -> int:\n    return STEP\n")
    before = footprints(root)
    edit(path, "STEP = 2", "STEP = 4")
    assert affected(before, root) == of(["no-odd"])
    edit(path, "STEP = 4", "STEP = 2")
    edit(path, "return STEP", "return STEP + STEP")
    assert affected(before, root) == of(["no-odd"])


def test_what_is_imported_late_or_reached_through_modules(tmp_path):
    """A module that nothing has loaded yet, and one that is an attribute of another module."""
    root = tmp_path / "copy"
    shutil.copytree(SEQCOUNT, root)
    late, inner = root / "model/late.py", root / "model/inner.py"
    path = root / "model/machine.py"
    edit(
        path,
        "return LEMMAS",
        "from model.late import SOME\n\n        return SOME[package.inner.N :]",
    )
    edit(path, "from model.designs", "from model import package\nfrom model.designs")
    late.write_text("from model.lemmas import LEMMAS\n\nSOME = LEMMAS[1:]\n", encoding="utf-8")
    inner.write_text("N = 0\n", encoding="utf-8")
    (root / "model/package.py").write_text("from model import inner\n", encoding="utf-8")
    before = footprints(root)
    for module, old, new in ((late, "1:", "2:"), (inner, "0", "1")):
        edit(module, old, new)
        assert affected(before, root) == of(ALL), module
        edit(module, new, old)


BUILD = """
def even(text): return text
TABLE = OTHER = None
def build(design, host, settings, table={}):
    %s
"""


@pytest.mark.parametrize(
    ("body", "only"),
    [
        ("return TABLE[design]", True),
        ("return [TABLE[design], table[design], TABLE[design].x]", True),
        ("return TABLE[host]", False),
        ("return TABLE['no-odd']", False),
        ("return TABLE[even(design)]", False),
        ("return [*TABLE.values()]", False),
        ("return even(TABLE)", False),
        ("return [TABLE[design], TABLE.get(host)]", False),
        ("design = 'no-odd'; return TABLE[design]", False),
        ("return [TABLE[host] for host in table]", False),
        ("return lambda: TABLE", False),
    ],
)
def test_a_table_is_only_looked_up(body, only):
    """Any other use of a table of designs may reach another entry, so the table counts whole then."""
    names: dict[str, FunctionType] = {}
    exec(BUILD % body, names)
    assert is_only_looked_up(names["build"].__code__, "TABLE", "design") == only


def test_a_table_of_which_another_entry_is_used_counts_whole(tmp_path):
    """Where the function that makes machines looks up another design."""
    root = tmp_path / "copy"
    shutil.copytree(SEQCOUNT, root)
    other = "Machine(DESIGNS['no-' + 'odd' if settings['readers'] > 1 else design]"
    edit(root / "model/__init__.py", "Machine(DESIGNS[design]", other)
    before = footprints(root)
    edit(root / "model/designs.py", "page.version + 2)", "page.version + 4)")
    assert affected(before, root) == of(ALL)


def test_a_compiled_copy_counts_for_the_same_text_alone(tmp_path):
    """A text of the same length with the same time, which Python would not tell from the one before."""
    root = tmp_path / "copy"
    shutil.copytree(SEQCOUNT, root)
    path = root / "model/machine.py"
    before, times = footprints(root, compiled=True), path.stat()
    assert (root / "model/__pycache__").is_dir()
    edit(path, "writer.updates + 1)", "writer.updates + 2)")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert path.stat().st_size == times.st_size
    now = footprints(root, compiled=True)
    assert {name for name in before if before[name] != now[name]} == of(ALL)


def test_what_is_decided_without_assertions_is_decided_for_that_alone(before, monkeypatch):
    """With an option by which Python leaves out assertions, everything is decided anew."""
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    assert affected(before, SEQCOUNT) == of(ALL)


def test_expected_verdicts_affect_nothing_and_claims_do(tmp_path, before):
    """What decides does not read the table of a property; another claim may mean another question."""
    root = tmp_path / "copy"
    shutil.copytree(SEQCOUNT, root)
    path = root / "properties/never_torn.py"
    edit(path, "holds", ".")
    assert affected(before, root, seed=7) == set()
    edit(path, "pair.first != pair.second", "pair.second != pair.first")
    assert affected(before, root) == of(ALL)


def test_playing_runs_changes_no_footprint(content):
    """The checker makes objects of the content refuse stores; they count as they were written."""
    trace = load_trace(content.root / "counterexamples/patch25.cstate.monotonic.json")
    case = case_of(content, trace)
    before = Footprints(content).of(case, ["monotonic"])
    replay(case, trace)
    again = Case(content, case.design, case.host, case.settings)
    assert Footprints(content).of(again, ["monotonic"]) == before


def function(text: str) -> FunctionType:
    """The function that a text defines."""
    names: dict[str, FunctionType] = {}
    exec(text, names)
    return names["f"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("def f(x):\n    return x + 1", "\n\ndef f(x):\n    # why\n    return x + 1", True),
        ('def f(x):\n    "doc"\n    return x', 'def f(x):\n    "other"\n    return x', True),
        ("def f(x):\n    return x", 'def f(x):\n    "doc"\n    return x', True),
        ("def f(x):\n    return x + 1", "def f(x):\n    return x + 2", False),
        ("def f(x):\n    return x + 1", "def f(x):\n    return x - 1", False),
        ("def f(x):\n    return x.a", "def f(x):\n    return x.b", False),
        ('def f(x):\n    return "a"', 'def f(x):\n    return "b"', False),
        ("def f(x):\n    return 1", "def f(x):\n    return True", False),
        ("def f(x):\n    return [y + 'a' for y in x]", "def f(x):\n    return [y + 'b' for y in x]", False),
        ("def f(x):\n    return x in {1, 2}", "def f(x):\n    return x in {1, 3}", False),
        ('def f(x):\n    "a"\n    return "a"', 'def f(x):\n    "b"\n    return "b"', False),
        ('def f(x):\n    "a"\n    return x == "c"', 'def f(x):\n    "b"\n    return x == "c"', True),
    ],
)  # fmt: skip
def test_the_meaning_of_code(one, other, same):
    """Neither lines nor docstrings count; every operation, name and constant does, inner ones too."""
    codes = [meaning(function(text).__code__) for text in (one, other)]
    assert (codes[0] == codes[1]) == same
