"""The manifest: what its tables list, and one line with file and line for every mistake in it."""

import pytest

from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError
from vtsc.content.manifest import NAME, load_manifest

START = '[[check]]\ndesign = "pre25"\nhost = "cstate"\nproperty = "bounded_lag"\n'
"""Lines 1 to 4: a cell with default parameters."""


def read(content, tmp_path, text, **options):
    """The manifest that a text makes."""
    path = tmp_path / NAME
    path.write_text(text, encoding="utf-8")
    return load_manifest(content, path, **options)


def listed(manifest):
    """Its cells in short, each with its depth and its verdict."""
    return [
        (c.cell.design, c.cell.host, c.cell.property, c.depth, c.expected) for c in manifest.checks
    ]


def test_names_lists_and_all(content, tmp_path):
    """Every combination, hosts before designs before properties; each from its property's table."""
    text = """
        [defaults]
        depth = 12
        property = ["monotonic", "nonzero_delta"]
        [[check]]
        design = ["pre25", "patch25"]
        host = ["stable", "cstate"]
        [[check]]
        depth = 30
        design = "2.6.35-svm"
        host = "all"
        property = "bounded_lead"
    """
    assert listed(read(content, tmp_path, text)) == [
        ("pre25", "stable", "monotonic", 12, "holds"),
        ("pre25", "stable", "nonzero_delta", 12, "holds"),
        ("patch25", "stable", "monotonic", 12, "holds"),
        ("patch25", "stable", "nonzero_delta", 12, "holds"),
        ("pre25", "cstate", "monotonic", 12, "holds"),
        ("pre25", "cstate", "nonzero_delta", 12, "holds"),
        ("patch25", "cstate", "monotonic", 12, "11"),
        ("patch25", "cstate", "nonzero_delta", 12, "11"),
        *(
            ("2.6.35-svm", host, "bounded_lead", 30, verdict)
            for host, verdict in zip(
                content.model.hosts,
                ["holds", "4", "6", "holds", "5", "holds"],
                strict=True,
            )
        ),
    ]


def test_parameters(content, tmp_path):
    """They make other cells, whose verdict stands beside them; a table's own win over inherited ones."""
    text = f"""
        [defaults]
        set = {{ dormancy = "1ms", timeslice = "2ms" }}
        {START}
        set.timeslice = "3ms"
        expect = 7
    """
    (check,) = read(content, tmp_path, text).checks
    changed = content.changed("pre25", "bounded_lag", check.cell.settings)
    assert changed == {"timeslice": "3ms", "dormancy": "1ms"}
    assert (check.expected, check.depth) == ("7", 20)


def test_parameters_that_change_nothing(content, tmp_path):
    """A design that has one vendor only, asked for with that vendor, is a cell with default parameters."""
    text = START.replace("pre25", "2.6.35-svm") + 'set = { vendor = "svm" }\n'
    assert listed(read(content, tmp_path, text)) == [
        ("2.6.35-svm", "cstate", "bounded_lag", 20, "5")
    ]


def test_the_cell_to_be_shown(content, tmp_path):
    """It is one of those listed."""
    shown = START.replace("[[check]]", "[show]")
    manifest = read(content, tmp_path, START + shown)
    assert manifest.shown == manifest.checks[0].cell


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[check]\n", ":1: Expected ']]' at the end of an array declaration"),
        ('[defaults]\ndepth = 3\ndepth = "4\n', ":3: Illegal character '\\n'"),
        ("[defaults]\ndepth = [1,\n2\n", ":3: Unclosed array"),
        ("", ":1: nothing to decide: no table asks anything, such as [[check]]"),
        (START + "[[cheks]]\n", ":5: unknown key cheks: did you mean check?"),
        (
            "# one\ndepth = 3\n" + START,
            ":2: unknown key depth: known: defaults, check, bound, show, limits, litmus, recipe",
        ),
        ("check = 3\n", ":1: check: expected tables, [[check]]"),
        ("check = [1]\n", ":1: check: expected tables, [[check]]"),
        ("defaults = 3\n" + START, ":1: defaults: expected a table"),
        ("[defaults]\ndept = 3\n" + START, ":2: unknown key dept: did you mean depth, set?"),
        ("[defaults]\nexpect = 3\n" + START, ":2: unknown key expect: did you mean depth?"),
        (START + "expected = 3\n", ":5: unknown key expected: did you mean expect?"),
        (START + "depth = 0\n", ":5: depth: expected a whole number from 1 to 1000"),
        (START + "depth = true\n", ":5: depth: expected a whole number from 1 to 1000"),
        (START + 'expect = "proved"\n', ':5: expect: expected "holds" or the depth of a violation'),
        (START.replace('"pre25"', "3"), ':2: design: expected a name, a list of names or "all"'),
        (START.replace('"pre25"', "[]"), ':2: design: expected a name, a list of names or "all"'),
        (START.replace("pre25", "pre26"), ":2: unknown design pre26: did you mean pre25"),
        (START.replace("cstate", "cstat"), ":3: unknown host cstat: did you mean cstate"),
        (START.replace("bounded_lag", "lag"), ":4: unknown property lag: known: monotonic"),
        (
            START.replace('"cstate"', '[\n "stable",\n "stabel", # not "so"\n]'),
            ":5: unknown host stabel: did you mean stable",
        ),
        (
            START.replace('"cstate"', '["cstate", "all"]'),
            ":3: unknown host all: known: stable, skewed",
        ),
        (START + "set = 3\n", ':5: set: expected a table such as { name = "value" }'),
        (START + "set = { vcpus = 1.5 }\n", ":5: set: vcpus: expected a text or a whole number"),
        (START + "set = { vcpu = 1 }\n", ":5: unknown parameter vcpu: did you mean vcpus"),
        (START + "[check.set]\nvcpus = 0\n", ":5: parameter vcpus=0: accepted is a whole number"),
        (
            START + 'set = { trapping = "unstable", vcpus = 2 }\n',
            ":5: trapping=unstable: design pre25 cannot trap, only patch25, 2.6.37",
        ),
        ('[[check]]\nhost = "cstate"\nproperty = "monotonic"\n', ":1: design is missing"),
        (
            START + "expect = 5\n",
            ":5: pre25 cstate bounded_lag has default parameters: "
            "the table of properties/bounded_lag.py says what to expect",
        ),
        (
            START + "set = { vcpus = 2 }\n",
            ":1: pre25 cstate bounded_lag vcpus=2: expect is missing",
        ),
        (START + START, ":5: pre25 cstate bounded_lag is listed twice, first at line 1"),
        (
            START + "\n" + START.replace('"cstate"', '["stable", "cstate"]'),
            ":6: pre25 cstate bounded_lag is listed twice, first at line 1",
        ),
        (START + "[show]\nhost = 'cstate'\n", ":5: design is missing"),
        (
            START + START.replace("[[check]]", "[show]").replace("pre25", "patch25"),
            ":5: show: no [[check]] lists this cell",
        ),
        (
            START + START.replace("[[check]]", "[show]").replace('"pre25"', '"all"'),
            ":5: show: one cell is expected, not ",
        ),
        (
            'note = """\n[[check]]\n"""\n' + START,
            ":1: unknown key note: known: defaults, check, bound, show, limits, litmus, recipe",
        ),
        (
            "[defaults]\nset = { tick_seen = '''\n[[check]]\n''' }\n" + START,
            ":5: parameter tick_seen=[[check]] : accepted is at-step | late",
        ),
    ],
)
def test_mistakes(content, tmp_path, text, expected):
    """One line each, which begins with the file and the line of what is wrong."""
    with pytest.raises(BadFileError) as caught:
        read(content, tmp_path, text)
    said = " ".join(str(caught.value).split())
    assert said.startswith(f"{tmp_path / NAME}{expected}"), said


def test_a_table_without_the_verdict(content, tmp_path, monkeypatch):
    """A cell with default parameters of which the property's table says nothing."""
    prop = content.properties["bounded_lag"]
    table = prop.expected.replace("pre25       holds   4       5", "pre25       holds   4       .")
    assert table != prop.expected
    monkeypatch.setattr(prop, "expected", table, raising=False)
    said = ":1: pre25 cstate bounded_lag: the table of properties/bounded_lag.py has no verdict"
    with pytest.raises(BadFileError) as caught:
        read(content, tmp_path, START)
    assert " ".join(str(caught.value).split()).startswith(f"{tmp_path / NAME}{said}")


def test_what_is_no_text(content, tmp_path):
    """Bytes that are not UTF-8 are named by their line."""
    path = tmp_path / NAME
    path.write_bytes(b"# fine\n# \xff\n")
    with pytest.raises(BadFileError, match=r":2: not UTF-8$"):
        load_manifest(content, path)


def test_a_cell_whose_verdict_is_to_be_found_out(content, tmp_path):
    """Where the manifest need not be complete, a verdict may be missing."""
    manifest = read(content, tmp_path, START + "set = { vcpus = 2 }\n", complete=False)
    assert listed(manifest) == [("pre25", "cstate", "bounded_lag", 20, None)]


def test_the_main_job_is_complete(content):
    """Each cell of the project's own manifest has a verdict, and what is shown is violated."""
    manifest = load_manifest(content, ROOT / NAME)
    assert manifest.file == NAME
    verdicts = {check.cell: check.expected for check in manifest.checks}
    assert manifest.shown is not None and verdicts[manifest.shown] not in (None, "holds")
