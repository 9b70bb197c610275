"""What a manifest may list besides shipped designs: files, patterns, reasons, bounds, other questions."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.support.paths import ROOT
from tests.support.schemas import validator
from vtsc.base.errors import BadFileError, Exit, UsageError
from vtsc.commands.asking import bound_status
from vtsc.commands.judging import judged
from vtsc.commands.streams import Streams
from vtsc.content.manifest import NAME, load_manifest
from vtsc.content.manifest_edit import edited
from vtsc.deciding.bound import Bound, Kind
from vtsc.deciding.verdict import Result, Status
from vtsc.report import Gate, Report
from vtsc.report import manifest as listing
from vtsc.report.outputs import Output
from vtsc.report.text.gate import brief

OWN = (ROOT / "examples" / "my_patch.py").read_text(encoding="utf-8")
START = '[[check]]\nfile = "mine.py"\nhost = "cstate"\nproperty = "monotonic"\nexpect = 9\n'
BOUND = '[[bound]]\nmeasure = "lag"\ndesign = "patch25"\nhost = "stable"\nexpect = 0\n'


@pytest.fixture
def read(content, tmp_path):
    """The manifest that a text makes, beside two files with a design each."""
    (tmp_path / "mine.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "more").mkdir()
    other = OWN.replace('"my-patch"', '"other-patch"')
    (tmp_path / "more" / "other.py").write_text(other, encoding="utf-8")

    def of(text, **options):
        path = tmp_path / NAME
        path.write_text(text, encoding="utf-8")
        return load_manifest(content, path, **options)

    return of


def short(manifest):
    """Its cells in short."""
    return [(c.cell.design, c.cell.host, c.cell.property, c.expected) for c in manifest.checks]


def test_designs_in_files(read, content, tmp_path):
    """Each is one more design, of which the manifest states the verdict; the root's stay as they are."""
    text = START + '[[check]]\ndesign = "patch25"\nhost = "cstate"\nproperty = "monotonic"\n'
    manifest = read(text + START.replace("mine.py", "more/*.py").replace("9", '"holds"'))
    assert short(manifest) == [
        ("my-patch", "cstate", "monotonic", "9"),
        ("patch25", "cstate", "monotonic", "11"),
        ("other-patch", "cstate", "monotonic", "holds"),
    ]
    both = manifest.content
    assert [*both.model.designs] == [*content.model.designs, "my-patch", "other-patch"]
    assert both.named("my-patch") == f"--design {tmp_path}/mine.py"
    assert both.digest_of("patch25") == content.digest != both.digest_of("my-patch")
    assert both.digest_of("my-patch") != both.digest_of("other-patch")
    assert both.digest != content.digest
    assert [*both.model_of("patch25").designs] == [*content.model.designs]
    assert [*both.model_of("my-patch").designs] == [*content.model.designs, "my-patch"]


def test_each_design_in_a_file_has_a_module_of_its_own(read):
    """So nothing of one takes the place of the other's, though both define the same names."""
    content = read(START + START.replace("mine.py", "more/other.py")).content
    modules = []
    for name in ("my-patch", "other-patch"):
        machine = content.model.build(name, "cstate", content.resolve(name, "monotonic", {}))
        (design,) = (x for x in vars(machine).values() if type(x).__module__.startswith("__design"))
        assert design.name == name
        modules.append(type(design).__module__)
    assert modules == ["__design__1", "__design__2"]


def test_patterns_and_defaults(read):
    """A pattern stands for all names of its form, in their order; a default gives way to an own key."""
    text = """
        [defaults]
        file = "mine.py"
        host = ["sta*", "cstate"]
        property = "bounded_*"
        [[check]]
        expect = 9
        [[check]]
        design = ["2.6.3?", "patch*", "patch25"]
    """
    names = [cell[:3] for cell in short(read(text, complete=False))]
    assert names == [
        (design, host, prop)
        for designs in (["my-patch"], ["2.6.37", "patch25"])
        for host in ("stable", "cstate")
        for design in designs
        for prop in ("bounded_lag", "bounded_lead")
    ]


def test_a_bound_as_a_property(read):
    """That a measure is at most a number is a property without a table: the manifest states the verdict."""
    text = START.replace('file = "mine.py"', 'design = "patch25"')
    text = text.replace("monotonic", "bounded_lag_at_most_0")
    assert short(read(text)) == [("patch25", "cstate", "bounded_lag_at_most_0", "9")]


def test_reasons_and_skipped_cells(read):
    """A reason comes with its cells; a skipped cell needs no verdict and is not decided."""
    text = START + 'because = "It forgets."\n'
    skipped = START.replace("cstate", "slow").replace("expect = 9", 'skip = "It takes hours."')
    manifest = read(text + skipped)
    assert [c.because for c in manifest.checks] == ["It forgets."]
    assert [(c.cell.host, c.skip) for c in manifest.skipped] == [("slow", "It takes hours.")]


def test_questions(read, content):
    """Bounds, and questions of a command of the content, which states itself what it expects."""
    found = read(BOUND + '[[litmus]]\nname = "mail-att-l*"\nbecause = "The manual says so."\n')
    bound, litmus = found.questions
    assert (bound.name, bound.expected, bound.value) == (
        "lag patch25 stable bounded_lag",
        "0",
        Fraction(0),
    )
    assert (litmus.kind, litmus.name, litmus.expected) == ("litmus", "mail-att-lfence", "Always")
    assert litmus.because == "The manual says so." and found.checks == ()
    opposite = read(BOUND.replace("lag", "lead").replace("expect = 0", 'expect = "1/2"'))
    assert opposite.questions[0].value == Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (START.replace("mine", "none"), ":2: file: there is no FOLDER/none.py"),
        (START.replace("mine.py", "none/*.py"), ":2: file: there is no FOLDER/none/*.py"),
        (START.replace('"mine.py"', "3"), ":2: file: expected the path of a design, or a list"),
        (START.replace('"mine.py"', "[]"), ":2: file: expected the path of a design, or a list"),
        (START + 'design = "patch25"\n', ":2: design and file exclude each other"),
        (START.replace("expect = 9\n", ""), ":1: my-patch cstate monotonic: expect is missing"),
        (START.replace("cstate", "x*"), ":3: unknown host x*: known: stable"),
        (START + 'because = ""\n', ":6: because: expected a sentence"),
        (START + 'because = "a \\u001b[31m b"\n', ":6: because: expected a sentence"),
        (START + "skip = true\n", ":6: skip: expected a sentence"),
        (BOUND.replace('"lag"', '"lat"'), ":2: unknown measure lat: accepted is warp"),
        (BOUND.replace("0", '"x"'), ':5: expect: expected a number, such as 12 or "1/2", or "unb'),
        (BOUND.replace("0", "0.5"), ':5: expect: expected a number, such as 12 or "1/2", or "unb'),
        (BOUND.replace("expect = 0\n", ""), ":1: expect is missing"),
        (BOUND + 'property = "monotonic"\n', ":6: monotonic does not measure lag"),
        (BOUND + BOUND, ":6: lag patch25 stable bounded_lag is listed twice, first at line 1"),
        ("[[litmus]]\n", ":1: name is missing"),
        ('[[litmus]]\nname = "mial-att-serial"\n', ":2: no litmus file mial-att-serial: did you"),
        ('[[litmus]]\nname = "all"\ndepth = 3\n', ":3: unknown key depth: known: name, file, bec"),
        (
            '[[litmus]]\nfile = "none.litmus"\n',
            ":2: file: there is no litmus file FOLDER/none.litmus",
        ),
    ],
)
def test_mistakes(read, tmp_path, text, expected):
    """One line each, with the file and the line of what is wrong."""
    with pytest.raises(BadFileError) as caught:
        read(text)
    said = " ".join(str(caught.value).split()).replace(str(tmp_path), "FOLDER")
    assert said.startswith(f"FOLDER/{NAME}{expected}"), said


def test_a_mistake_in_a_design_is_named_there(read, tmp_path):
    """With the file and the line of the design; so is a name that two files have."""
    (tmp_path / "more" / "same.py").write_text(OWN, encoding="utf-8")
    with pytest.raises(BadFileError, match=r"same\.py: design my-patch is in .*mine\.py, too"):
        read(START + START.replace("mine.py", "more/same.py"))
    (tmp_path / "mine.py").write_text("def\n", encoding="utf-8")
    with pytest.raises(BadFileError, match=r"mine\.py:1: "):
        read(START)


def test_a_table_of_files_is_split(read, tmp_path):
    """The designs of each part are named by their files again."""
    text = START.replace('"mine.py"', '["mine.py", "more/*.py"] # both')
    manifest = read(text)
    files = {"my-patch": "mine.py", "other-patch": "more/other.py"}
    after = edited(text, manifest.checks, {manifest.checks[1].cell: "holds"}, files)
    again = read(after)
    assert [c[::3] for c in short(again)] == [("my-patch", "9"), ("other-patch", "holds")]
    assert after.count("# both") == 2


# verdicts


def results(manifest, *found):
    """A result for each cell: None where it is proved, or the depth of a violation."""
    pairs = zip(manifest.checks, found, strict=True)
    return {
        c.cell: Result(c.cell, Status.VIOLATED if n else Status.PROVED, n or 0, "bmc", 0.0)
        for c, n in pairs
    }


def test_a_known_violation_that_is_another_one(read):
    """Another depth is 10, another property 12 with what is violated instead, and as recorded is 0."""
    text = START + START.replace("monotonic", "nonzero_delta").replace("9", '"holds"')
    manifest = read(text)
    for found, statuses, instead in (
        ((9, None), [0, 0], ""),
        ((8, None), [10, 0], ""),
        ((None, None), [12, 0], ""),
        ((None, 7), [12, 10], "instead nonzero_delta is violated in step 7"),
    ):
        verdicts = judged(manifest, results(manifest, *found))
        assert [v.status for v in verdicts] == statuses
        assert verdicts[0].instead == instead


def test_the_way_to_see_a_run_of_a_design_in_a_file(read, tmp_path):
    """Its file is named, in a command that can be pasted."""
    manifest = read(START)
    verdicts = judged(manifest, results(manifest, 9))
    gate = Gate(manifest.file, None, {manifest.checks[0].cell: "r/my-patch.json"})
    told = brief(Report(manifest.content, verdicts, gate=gate), gate)
    command = " ".join(told.split("in full: ")[1].replace("\\\n", "").split()[:5])
    assert command == f"vtsc show r/my-patch.json --design {tmp_path}/mine.py"


def test_bounds_compared_with_what_is_expected(read):
    """Greater is a violation, smaller a recorded run that is missing, and not excluded is unknown."""
    (question,) = read(BOUND.replace("expect = 0", "expect = 5")).questions
    endless = replace(question, value=None)
    for kind, value, status, unbounded in (
        (Kind.EXACT, 5, Exit.OK, Exit.NOT_FOUND),
        (Kind.EXACT, 6, Exit.VIOLATED, Exit.NOT_FOUND),
        (Kind.EXACT, 4, Exit.NOT_FOUND, Exit.NOT_FOUND),
        (Kind.AT_LEAST, 6, Exit.VIOLATED, Exit.UNKNOWN),
        (Kind.AT_LEAST, 5, Exit.UNKNOWN, Exit.UNKNOWN),
        (Kind.AT_LEAST, 4, Exit.UNKNOWN, Exit.UNKNOWN),
        (Kind.UNBOUNDED, 1000, Exit.VIOLATED, Exit.OK),
    ):
        found = Bound(question.cell, "lag", "cycles", kind, value, 1, 9)
        assert bound_status(found, question) is status, (kind, value)
        assert bound_status(found, endless) is unbounded, (kind, value)
    failed = Bound(question.cell, "lag", "cycles", Kind.ERROR, None, 1, 0, exit=Exit.BAD_FILE)
    assert bound_status(failed, question) is Exit.BAD_FILE


# lines that are written meanwhile


def test_lines_are_there_as_soon_as_those_before_them(read, tmp_path):
    """A cell that is done first waits; a line that is due can be read at once."""
    manifest = read(START + START.replace("monotonic", "nonzero_delta"))
    first, second = results(manifest, 9, 9).values()
    path = tmp_path / "lines"
    streams = Streams(manifest, [Output("jsonl", str(path)), Output("text", None)])
    assert streams.left([Output("jsonl", "x"), Output("text", None)]) == [Output("text", None)]

    def seen():
        lines = path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["event"] for line in lines]

    assert seen() == ["begin"]
    streams.begun(second.cell)
    streams.done(second)
    assert seen() == ["begin"]
    streams.begun(first.cell)
    assert seen() == ["begin", "start"]
    streams.done(first)
    assert seen() == ["begin", "start", "finish", "start", "finish"]
    streams.end()
    assert seen()[-1] == "end"


def test_lines_that_cannot_be_written_cost_no_verdict(read):
    """On a full disk, the error is raised at the end, and only then."""
    manifest = read(START)
    streams = Streams(manifest, [Output("jsonl", "/dev/full")])
    for result in results(manifest, 9).values():
        streams.done(result)
    with pytest.raises(UsageError, match="cannot write /dev/full: No space left on device"):
        streams.end()


# the list


def test_the_list(read):
    """Every cell with line, verdict and depth, then reasons and questions, at most 80 columns of ASCII."""
    text = START + 'because = "It forgets."\nset = { pcpus = 3 }\n' + BOUND
    told = listing.text(read(text))
    lines = told.splitlines()
    lines = lines[lines.index("") - 1 :]
    assert lines[2].split() == ["line", "design", "host", "property", "expected", "depth"]
    assert lines[3].split() == ["1", "my-patch", "cstate", "monotonic", "[1]", "9", "20"]
    assert lines[5:] == [
        "[1] pcpus=3",
        "",
        "line 1: because It forgets.",
        "",
        "line 8: bound lag patch25 stable bounded_lag: 0",
        "",
        "1 cell, 1 other question, 0 skipped",
    ]
    assert max(map(len, lines)) <= 80 and told.isascii()


def test_the_list_for_programs(content):
    """The project's own manifest as JSON follows its schema."""
    document = json.loads(listing.document(load_manifest(content, ROOT / NAME)))
    validator("checks").validate(document)
    assert len(document["checks"]) > 60 and len(document["questions"]) > 15


# the schema for editors


@pytest.mark.parametrize("name", [NAME, f"examples/{NAME}"])
def test_the_manifests_of_the_tree_follow_the_schema_that_they_name(name):
    """Their first line leads editors there."""
    import tomllib

    path = ROOT / name
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0].removeprefix("#:schema ")
    assert (path.parent / first).resolve() == ROOT / "docs/schemas/manifest.schema.json"
    validator("manifest").validate(tomllib.loads(text))


def test_the_schema_and_the_reader_agree():
    """Each knows the same tables and keys."""
    from vtsc.content.manifest import KEYS

    found = json.loads((ROOT / "docs/schemas/manifest.schema.json").read_text(encoding="utf-8"))
    tables = found["properties"]
    assert {
        name: {*(table.get("items") or table)["properties"]} for name, table in tables.items()
    } == {name: {*keys} for name, keys in KEYS.items()}
