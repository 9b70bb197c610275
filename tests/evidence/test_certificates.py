"""Certificates: what they hold, that they are checked anew, and that a tampered one is rejected by name."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.cases import decide_group, open_case
from tests.support.paths import ROOT
from vtsc.base.errors import EvidenceError
from vtsc.cli import main
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status
from vtsc.evidence.archive import packed
from vtsc.evidence.certificate import make
from vtsc.evidence.manifest import MANIFEST
from vtsc.evidence.recheck import recheck
from vtsc.evidence.systems import OpenCases, Systems, key
from vtsc.solver.solve import solve


@pytest.fixture(scope="session")
def saved(content, tmp_path_factory) -> Path:
    """A certificate of pre25 on stable, made now and saved."""
    (group,) = groups(content, ["pre25"], ["stable"], ["monotonic"], {})
    (result,) = decide_group(content, group, 6)
    folder = tmp_path_factory.mktemp("certificates") / "pre25" / "stable" / "monotonic"
    result.certificate.save(folder)
    return folder


@pytest.fixture
def copy(saved, tmp_path) -> Path:
    """A copy of it to tamper with."""
    return Path(shutil.copytree(saved, tmp_path / "pre25" / "stable" / "monotonic"))


def rejection(content, folder: Path) -> str:
    """Why a certificate is rejected."""
    with pytest.raises(EvidenceError) as caught:
        recheck(OpenCases(content), folder)
    return str(caught.value)


def edit(path: Path, change) -> None:
    """Change a JSON file in place."""
    source = json.loads(path.read_text(encoding="utf-8"))
    change(source)
    path.write_text(json.dumps(source), encoding="utf-8")


@pytest.mark.slow
def test_a_fresh_certificate_holds_for_any_number(content, saved):
    """All seven questions are unsatisfiable; the lemmas are listed with sentence and formula."""
    evidence, solvers = recheck(OpenCases(content), saved)
    assert evidence.claims["any_number"]
    assert list(evidence.questions) == [
        "initial",
        "step",
        "property",
        "any-initial",
        "any-step",
        "any-property",
        "any-bystander",
    ]
    assert solvers[0] == "z3"
    assert all(lemma["sentence"] and lemma["formula"] for lemma in evidence.claims["lemmas"])


@pytest.mark.slow
def test_a_question_replaced_by_false_is_rejected(content, copy):
    """(assert false) is unsatisfiable, and yet no proof."""
    (copy / "step.smt2").write_text("(assert false)\n(check-sat)\n", encoding="utf-8")
    assert rejection(content, copy) == "step.smt2 is not what the model gives"


@pytest.mark.slow
def test_a_dropped_lemma_is_rejected(content, copy):
    """Without one of its lemmas the questions come out differently."""
    edit(copy / MANIFEST, lambda m: m["lemmas"].pop())
    assert "is not what the model gives" in rejection(content, copy)


def test_an_unknown_lemma_is_rejected(content, copy):
    """A lemma that nobody states cannot be used."""
    edit(copy / MANIFEST, lambda m: m["lemmas"][1].update(name="wishful"))
    assert rejection(content, copy) == "no lemma wishful"


def test_a_weakened_property_is_rejected(content, copy, monkeypatch):
    """A certificate of another claim under the same name is not one of this claim."""
    prop = content.properties["monotonic"]
    observe = prop.observe
    monkeypatch.setattr(prop, "observe", lambda *at: (observe(*at), False)[1], raising=False)
    assert rejection(content, copy) == "property.smt2 is not what the model gives"


@pytest.mark.slow
def test_the_certificate_of_another_host_is_rejected(content, copy, tmp_path):
    """By its place, and, with the host's name edited, by its questions."""
    moved = Path(shutil.copytree(copy, tmp_path / "other" / "pre25" / "slow" / "monotonic"))
    assert "which is not where it lies" in rejection(content, moved)
    edit(moved / MANIFEST, lambda m: m.update(host="slow"))
    assert "is not what" in rejection(content, moved)


def test_another_digest_is_rejected(content, copy):
    """The digest is that of the questions, which anybody can work out."""
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    whole = b"".join((copy / name).read_bytes() for name in manifest["queries"])
    assert manifest["digest"] == sha256(whole).hexdigest()
    edit(copy / MANIFEST, lambda m: m.update(digest="0" * 64))
    assert rejection(content, copy) == (
        f"manifest.json: digest is {'0' * 64}, that of its files {manifest['digest']}"
    )


def test_a_run_of_another_case_is_rejected(content, copy):
    """It reaches what it is for, but under other parameters."""
    name = "can_read_tsc_twice.json"
    edit(copy / name, lambda m: m["params"].update(skew_max="1ms"))
    assert rejection(content, copy) == f"{name} is a run of another case"


@pytest.mark.slow
@pytest.mark.parametrize("name", [MANIFEST, "property.smt2", "can_read_tsc_twice.json"])
def test_a_truncated_or_missing_file_is_rejected_by_name(content, copy, name):
    """Half a file, and no file."""
    text = (copy / name).read_text(encoding="utf-8")
    (copy / name).write_text(text[: len(text) // 2], encoding="utf-8")
    assert name in rejection(content, copy)
    (copy / name).unlink()
    assert name in rejection(content, copy)


def test_the_command_says_71_and_what_fails(copy, capsys):
    """`vtsc certify` names folder and file."""
    (copy / "initial.smt2").write_text("", encoding="utf-8")
    assert main(["certify", str(copy), "--root", str(ROOT)]) == 71
    said = capsys.readouterr().out
    assert "REJECTED: initial.smt2 is not what" in said
    assert said.endswith("0 of 1 certificates hold\n")


@pytest.mark.slow
def test_the_command_says_0_for_one_that_holds(saved, capsys):
    """And how many it checked."""
    assert main(["certify", str(saved), "--root", str(ROOT)]) == 0
    assert capsys.readouterr().out.endswith("1 of 1 certificates hold\n")


@pytest.mark.slow
def test_the_command_reads_an_archive(saved, tmp_path, capsys):
    """The same check, whether all lies in a folder or in an archive of it; lines name the file."""
    archive = tmp_path / "evidence.tar.xz"
    top = saved.parents[2]
    archive.write_bytes(packed(top))
    assert main(["certify", str(top), "--root", str(ROOT)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{saved}: holds, any number, 7 questions, z3")
    assert main(["certify", str(archive), "--root", str(ROOT)]) == 0
    assert capsys.readouterr().out == said.replace(str(top), str(archive))


def test_a_folder_without_certificates_is_a_bad_file(tmp_path, capsys):
    """One line, exit status 3."""
    assert main(["certify", str(tmp_path), "--root", str(ROOT)]) == 3
    assert "no certificate there" in capsys.readouterr().err


def test_too_few_lemmas_leave_a_question_satisfiable(content):
    """Checking fails where a lemma is needed: a question that can hold is not a proof."""
    systems = Systems(open_case(content, "pre25", "slow"))
    certificate = make(systems, "monotonic", [], any_number=False)
    with pytest.raises(EvidenceError, match=r"property.smt2 is sat"):
        solve({"property": certificate.queries["property"]})


@pytest.mark.slow
def test_questions_do_not_depend_on_what_was_made_before(content):
    """The same text, byte for byte, whatever else was asked in between."""
    case, other = open_case(content, "pre25", "skewed"), open_case(content, "patch25", "slow")
    keys = [key(x) for x in case.machine().lemmas()[:9]]
    first = make(Systems(case), "monotonic", keys, any_number=True)
    make(Systems(other), "bounded_lag", keys, any_number=True)
    again = Systems(open_case(content, "pre25", "skewed"))
    assert make(again, "monotonic", keys, any_number=True) == first


@pytest.mark.slow
def test_a_violated_cell_has_no_certificate(content):
    """Lemmas never prove what a trace refutes."""
    (group,) = groups(content, ["2.6.35-svm"], ["skewed"], ["monotonic"], {})
    (result,) = decide_group(content, group, 10)
    assert (result.status, result.certificate) == (Status.VIOLATED, None)


@pytest.mark.hours
@pytest.mark.slow
def test_the_cache_is_a_hint_and_not_believed(content, monkeypatch, tmp_path):
    """Lemmas that are not enough, or none at all, kept under the right name: the proof is made anew."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (group,) = groups(content, ["pre25"], ["slow"], ["monotonic"], {})
    decide_group(content, group, 6)
    (kept,) = (path for path in (tmp_path / "vtsc").glob("*.json") if "proofs" in path.read_text())
    good = json.loads(kept.read_text(encoding="utf-8"))
    for bad in ({"proofs": {}, "never": []}, {**good, "proofs": {"monotonic": []}}, "nonsense"):
        kept.write_text(json.dumps(bad), encoding="utf-8")
        (again,) = decide_group(content, group, 6)
        assert again.status is Status.PROVED
        assert json.loads(kept.read_text(encoding="utf-8"))["proofs"]["monotonic"]


@pytest.mark.hours
@pytest.mark.slow
def test_a_good_hint_gives_the_same_certificate(content, monkeypatch, tmp_path):
    """With and without the cache, byte for byte."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (group,) = groups(content, ["2.6.37"], ["cstate"], ["monotonic", "bounded_lag"], {})
    first = [r.certificate for r in decide_group(content, group, 6)]
    assert [r.certificate for r in decide_group(content, group, 6)] == first
