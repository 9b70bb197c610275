"""Recorded proofs: they are tried first and believed never; files are written as they are read."""

import difflib
import shutil
import tomllib
from dataclasses import replace

import pytest

from tests.support.cases import case_of_group, decide_group
from tests.support.paths import ROOT
from tools.main_job import expected
from vtsc.base.errors import Exit
from vtsc.content.cells import Group, groups
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.deciding import proofs as deciding
from vtsc.deciding.guarded import Open
from vtsc.deciding.plan import begin
from vtsc.deciding.recording import changes, proof_of, remarks
from vtsc.deciding.verdict import Result, Status
from vtsc.engines import Effort
from vtsc.evidence.proofs import load_proofs, write
from vtsc.evidence.proofs import update as updated

DESIGN = "patch25"


@pytest.fixture
def copied(tmp_path, content, monkeypatch) -> Content:
    """The content with a folder of proofs of its own, and with no cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(ROOT / "proofs", tmp_path / "proofs")
    return replace(content, root=tmp_path)


def text_of(content: Content, design: str = DESIGN) -> str:
    """The proofs of a design as they stand in their file."""
    return (content.root / "proofs" / f"{design}.toml").read_text(encoding="utf-8")


def edit(content: Content, old: str, new: str, design: str = DESIGN) -> None:
    """Change the first place where ``old`` stands in a design's file."""
    assert old in text_of(content, design)
    path = content.root / "proofs" / f"{design}.toml"
    path.write_text(text_of(content, design).replace(old, new, 1), encoding="utf-8")


def group_of(content: Content, host: str = "stable", *properties: str) -> Group:
    """Cells of the design on a host."""
    (group,) = groups(content, [DESIGN], [host], properties or ["monotonic"], {})
    return group


def refuse(*arguments: object) -> None:
    """Stands for the search for a proof, which is not to happen."""
    raise AssertionError("a proof is sought")


def test_every_proved_cell_of_the_main_job_is_recorded(content):
    """And nothing else is."""
    known = {p.cell for d in content.model.designs for p in load_proofs(content, d).proofs}
    assert known == {cell for cell, verdict in expected(content).items() if verdict == HOLDS}
    assert {p.stem for p in (ROOT / "proofs").iterdir()} <= set(content.model.designs)


def test_what_is_read_is_written_again(content):
    """Byte for byte: order, names and layout are those of the writer."""
    every = [load_proofs(content, design) for design in content.model.designs]
    proofs = [p for of in reversed(every) for p in reversed(of.proofs)]
    never = [n for of in reversed(every) for n in reversed(of.never)]
    assert updated(content, proofs, never) == {}


def test_all_kinds_of_proofs_are_kept(copied):
    """The k of k-induction, texts with bars and quotes, and changed parameters come back as they were."""
    old = load_proofs(copied, DESIGN)
    harder = replace(old.proofs[0], k=3, found=('(<= |a b| "1")', "(not x)"))
    for path in (copied.root / "proofs").iterdir():
        path.unlink()
    write(updated(copied, [harder, *old.proofs[1:]], old.never))
    again = load_proofs(copied, DESIGN)
    assert set(again.proofs) == {harder, *old.proofs[1:]}
    assert again.never == old.never
    write(updated(copied, [], []))
    assert list((copied.root / "proofs").iterdir()) == []


@pytest.mark.slow
def test_a_recorded_proof_spares_the_search(copied, monkeypatch):
    """With it, a cell and a "sometimes" that is never reached are proved, and nothing is sought."""
    monkeypatch.setattr(deciding, "_sought", refuse)
    (result,) = decide_group(copied, group_of(copied), 8)
    assert (result.status, result.engine) == (Status.PROVED, "lemmas")
    assert [s.name for s in result.sometimes if s.never and s.lemmas] == ["can_catch_up"]
    assert remarks(copied, [result]) == changes_in(copied, [result]) == []
    sometimes = tuple(replace(s, lemmas=()) for s in result.sometimes)
    assert changes_in(copied, [replace(result, sometimes=sometimes)]) == []
    sometimes = tuple(replace(s, never=False, lemmas=()) for s in result.sometimes)
    assert "- [[never]]" in changes_in(copied, [replace(result, sometimes=sometimes)])


@pytest.mark.hours
@pytest.mark.slow
def test_the_proof_at_other_settings_spares_the_search(copied, monkeypatch):
    """Of a cell that has no record, the lemmas of the closest one are tried, and are not believed."""
    monkeypatch.setattr(deciding, "_sought", refuse)
    (larger,) = groups(copied, [DESIGN], ["stable"], ["monotonic"], {"vcpus": "3", "pcpus": "4"})
    (result,) = decide_group(copied, larger, 8)
    assert (result.status, result.engine) == (Status.PROVED, "lemmas")
    assert [s.name for s in result.sometimes if s.never and s.lemmas] == ["can_catch_up"]
    assert load_proofs(copied, DESIGN).proof(result.cell) is None


@pytest.mark.hours
@pytest.mark.slow
def test_a_larger_machine_is_proved_by_the_lemmas_of_a_smaller_one(copied, monkeypatch):
    """Where nothing is recorded, lemmas are looked for at the default sizes, and only those tried."""
    (copied.root / "proofs" / f"{DESIGN}.toml").unlink()
    (usual,) = decide_group(copied, group_of(copied), 8)
    tried: list[int] = []

    class Counted(deciding.Induction):
        def __init__(self, system) -> None:
            tried.append(len({x.lemma for x in system.facts}))
            super().__init__(system)

    monkeypatch.setattr(deciding, "Induction", Counted)
    (larger,) = groups(copied, [DESIGN], ["stable"], ["monotonic"], {"vcpus": "3"})
    (result,) = decide_group(copied, larger, 8)
    assert result.status is Status.PROVED
    assert [x.name for x in result.certificate.stated] == [x.name for x in usual.certificate.stated]
    small, large = tried
    assert large < small


@pytest.mark.hours
@pytest.mark.slow
def test_the_default_size_of_a_property_is_no_larger_machine(copied, monkeypatch):
    """`monotonic_smp` has two vCPUs by default, so its lemmas are not looked for on one."""
    (copied.root / "proofs" / f"{DESIGN}.toml").unlink()
    monkeypatch.setattr(deciding, "_first_of", refuse)
    (cell,) = groups(copied, [DESIGN], ["stable"], ["monotonic_smp"], {})
    (result,) = decide_group(copied, cell, 6)
    assert result.status is Status.PROVED


@pytest.mark.hours
def test_settings_that_need_more_instances_have_no_smaller_machine(copied):
    """Trapping needs two vCPUs, and `monotonic` has one by default; all lemmas are tried."""
    (copied.root / "proofs" / f"{DESIGN}.toml").unlink()
    given = {"vcpus": "2", "trapping": "unstable"}
    (cell,) = groups(copied, [DESIGN], ["stable"], ["monotonic"], given)
    (result,) = decide_group(copied, cell, 6)
    assert result.status is Status.PROVED


@pytest.mark.slow
@pytest.mark.parametrize("vcpus", ["1", "2"])
def test_where_only_a_violation_is_looked_for_it_is_found(copied, vcpus):
    """No property is left to prove, and there is no record; at the default size as on a larger machine."""
    (copied.root / "proofs" / f"{DESIGN}.toml").unlink()
    (cell,) = groups(copied, [DESIGN], ["slow"], ["bounded_lag"], {"vcpus": vcpus})
    case, doubted = case_of_group(copied, cell), ["bounded_lag"]
    (found,) = begin(case, ["bounded_lag"], 8, Effort.USUAL, doubted)
    assert (found.status, found.depth) == (Status.VIOLATED, 5)


@pytest.mark.slow
def test_a_proof_by_other_means_is_not_tried_at_other_settings(copied, monkeypatch):
    """It would be for its own sizes only, and would spare the search for a better one."""
    tried = []
    monkeypatch.setattr(
        deciding, "certified", lambda systems, prop, answer, *_: tried.append(answer)
    )
    monkeypatch.setattr(deciding, "_sought", lambda *_: deciding.Proofs())
    edit(
        copied,
        'host = "stable"\nproperty = "monotonic"\n',
        'host = "stable"\nproperty = "monotonic"\nk = 2\n',
    )
    for vcpus, times in (("1", 1), ("2", 0)):
        (cell,) = groups(copied, [DESIGN], ["stable"], ["monotonic"], {"vcpus": vcpus})
        tried.clear()
        begin(case_of_group(copied, cell), ["monotonic"], 2, Effort.USUAL)
        assert len(tried) == times


def changes_in(content: Content, results: list[Result]) -> list[str]:
    """The lines in which files of proofs are to change."""
    found = []
    for path, text in changes(content, results).items():
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        diff = difflib.ndiff(old.splitlines(), text.splitlines())
        found += [line for line in diff if line[0] in "+-"]
    return found


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"monotonic.stable_last_read", ', ""),
        ('"in_guest_is_loaded"', '"wishful"'),
        ('"monotonic.stable_last_read"', '"monotonic.away_last_read"'),
        ("lemmas = [\n", 'k = 2\nfound = ["(<= 1"]\nlemmas = [\n'),
    ],
)
def test_a_stale_proof_is_no_error(copied, old, new, monkeypatch):
    """A lemma too few, one that nobody states, one that does not show it, nonsense: another proof is sought.

    It is told, and once the file is updated nothing has to be sought any more.
    """
    edit(copied, old, new)
    (result,) = decide_group(copied, group_of(copied), 8)
    assert result.status is Status.PROVED
    stale = f"proofs/{DESIGN}.toml: {DESIGN} stable monotonic: the recorded proof is stale"
    assert remarks(copied, [result]) == [stale]
    write(changes(copied, [result]))
    monkeypatch.setattr(deciding, "_sought", refuse)
    (again,) = decide_group(copied, group_of(copied), 8)
    assert again.certificate == result.certificate
    assert remarks(copied, [again]) == []


@pytest.mark.hours
@pytest.mark.slow
def test_a_proof_of_what_is_violated_proves_nothing(copied):
    """Whatever is recorded, a run is found, and the record is called stale."""
    whole = text_of(copied)
    edit(copied, 'host = "stable"', 'host = "cstate"')
    (result,) = decide_group(copied, group_of(copied, "cstate"), 12)
    assert result.status is Status.VIOLATED
    assert remarks(copied, [result]) == [
        f"proofs/{DESIGN}.toml: {DESIGN} cstate monotonic: the recorded proof is stale"
    ]
    write(changes(copied, [result]))
    assert 'host = "cstate"\nproperty = "monotonic"\n' not in text_of(copied)
    assert len(tomllib.loads(text_of(copied))["proof"]) == whole.count("[[proof]]") - 1


@pytest.mark.slow
def test_a_proof_that_is_not_recorded_is_found_and_told(copied):
    """The file of another design is left alone."""
    before = load_proofs(copied, DESIGN)
    (copied.root / "proofs" / f"{DESIGN}.toml").unlink()
    (result,) = decide_group(copied, group_of(copied), 8)
    assert remarks(copied, [result]) == [
        f"proofs/{DESIGN}.toml: {DESIGN} stable monotonic: no proof is recorded"
    ]
    found = changes(copied, [result])
    assert [path.name for path in found] == [f"{DESIGN}.toml"]
    write(found)
    assert load_proofs(copied, DESIGN).proofs == (proof_of(result.certificate),)
    assert result.cell in [proof.cell for proof in before.proofs]


@pytest.mark.hours
@pytest.mark.slow
def test_a_lemma_that_leaving_out_instances_needs_may_be_missing(copied, monkeypatch):
    """It is added where the proof is made, so that a record without it is not stale."""
    monkeypatch.setattr(deciding, "_sought", refuse)
    edit(copied, '"in_guest_is_loaded", ', "")
    (result,) = decide_group(copied, group_of(copied), 8)
    assert "in_guest_is_loaded" in [x.name for x in result.certificate.stated]
    assert remarks(copied, [result]) == []


@pytest.mark.slow
def test_no_proof_is_tried_where_none_is_wanted(copied):
    """--bounded is answered by search alone."""
    (result,) = decide_group(copied, group_of(copied), 6, Effort.BOUNDED)
    assert (result.status, result.certificate) == (Status.BOUNDED, None)


@pytest.mark.hours
@pytest.mark.slow
def test_a_deep_search_has_the_help_of_lemmas(copied):
    """Beyond depth 12 they are tried first, and may prove the property; so depth 40 is within reach."""
    (result,) = decide_group(copied, group_of(copied), 40, Effort.BOUNDED)
    assert result.status is Status.PROVED and result.certificate is not None


@pytest.mark.slow
def test_a_search_of_many_instances_has_the_help_of_lemmas(copied):
    """Four by four cannot be searched to depth 12 without them; of a property in doubt no proof is tried."""
    (group,) = groups(copied, ["2.6.37"], ["slow"], ["monotonic"], {"vcpus": "4", "pcpus": "4"})
    (result,) = decide_group(copied, group, 12, Effort.BOUNDED)
    assert result.status is Status.PROVED and result.certificate is not None
    doubted = begin(case_of_group(copied, group), ["monotonic"], 3, Effort.BOUNDED, ["monotonic"])
    assert isinstance(doubted[0], Open)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[proof", "Expected ']]'"),
        ('[[proof]]\nhost = "stable"\n', "'property'"),
        ("proof = 3", "not iterable"),
        ('[[proof]]\nhost = "stable"\nproperty = "monotonic"\nlemmas = 3\n', "not iterable"),
        ('[[proof]]\nhost = "stable"\nproperty = "monotonic"\nk = "x"\nlemmas = []\n', "'x'"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_bad_file(copied, text, reason):
    """The cell is an error that names it, with the exit status of a bad file."""
    path = copied.root / "proofs" / f"{DESIGN}.toml"
    path.write_text(text, encoding="utf-8")
    (result,) = decide_group(copied, group_of(copied), 6)
    assert (result.status, result.exit) == (Status.ERROR, Exit.BAD_FILE)
    assert result.reason.startswith(f"{path}: not a file of proofs: ") and reason in result.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('host = "stable"', 'host = "nowhere"'),
        ('property = "monotonic"', 'property = "modest"'),
        ("lemmas = [\n", "settings = { vcpus = 0 }\nlemmas = [\n"),
        ("lemmas = [\n", "settings = { colour = 1 }\nlemmas = [\n"),
    ],
)
def test_an_entry_of_what_does_not_exist_is_left_out(copied, old, new):
    """A host, a property, a value or a parameter that is gone: the other entries are read."""
    before = load_proofs(copied, DESIGN)
    edit(copied, old, new)
    assert load_proofs(copied, DESIGN).proofs == before.proofs[1:]
