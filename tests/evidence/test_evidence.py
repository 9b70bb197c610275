"""Evidence of every kind: where it belongs, that it is complete, and that one check fits all."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.support.cases import open_case
from tests.support.paths import ROOT
from vtsc.base.errors import EvidenceError
from vtsc.evidence import certificate, functions, progress
from vtsc.evidence.kinds import KINDS
from vtsc.evidence.manifest import MANIFEST, Evidence
from vtsc.evidence.places import named
from vtsc.evidence.recheck import recheck
from vtsc.evidence.systems import OpenCases, Systems

FUNCTION = "1000000-to-ns"


@pytest.fixture(scope="module")
def made(content) -> dict[str, Evidence]:
    """Evidence of each kind, with other parameters than usual where it has any."""
    case = open_case(content, "patch25", "slow", vcpus="2", create_anytime="on")
    lemmas = [("", "loaded_is_bound")]
    proof = certificate.make(Systems(case), "bounded_lag", lemmas, any_number=False)
    every = (proof.evidence(), progress.make(Systems(case)), functions.make(content, FUNCTION))
    return {evidence.kind: evidence for evidence in every}


@pytest.fixture(params=KINDS)
def one(request, made, tmp_path) -> tuple[Evidence, Path]:
    """Evidence of one kind, saved where it belongs; the runs of a cell, which take a search, are left out."""
    evidence = made[request.param]
    evidence.save(tmp_path / evidence.place)
    return evidence, tmp_path / evidence.place


def rejection(content, folder: Path, opened: OpenCases | None = None) -> str:
    """Why evidence is rejected; ``opened``: the cases that were opened before, as for a folder of many."""
    with pytest.raises(EvidenceError) as caught:
        recheck(opened or OpenCases(content), folder)
    return str(caught.value)


@pytest.mark.slow
def test_each_kind_belongs_somewhere(made):
    """Folders are named after what is claimed, with the parameters that were changed."""
    assert list(made) == list(KINDS)
    assert [evidence.place.as_posix() for evidence in made.values()] == [
        "patch25/slow/bounded_lag.vcpus=2.create_anytime=on",
        "patch25/slow/progress.vcpus=2.create_anytime=on",
        f"functions/{FUNCTION}",
    ]


def test_a_name_is_no_path():
    """The bar of a ratio would make two folders of one."""
    assert named("x", {"rate": "1/2", "n": 3}) == "x.rate=1-2.n=3"


@pytest.mark.slow
def test_what_was_saved_is_made_again(content, one):
    """All is in order, but for what is not there: the runs of a cell, and lemmas that would show it."""
    evidence, folder = one
    if evidence.needs:
        assert rejection(content, folder) == (
            f"{evidence.needs[0]}.json: {folder / evidence.needs[0]}.json: No such file or directory"
        )
    else:
        again, solvers = recheck(OpenCases(content), folder)
        assert (again.files(), solvers[0]) == (evidence.files(), "z3")


@pytest.mark.slow
def test_evidence_in_a_folder_of_other_evidence_is_rejected(content, one, made, tmp_path):
    """Whatever its kind: in the place of any other kind, design, host or parameters."""
    evidence, folder = one
    others = {e.place for e in made.values()} - {evidence.place}
    others |= {Path("pre25/slow") / evidence.place.name, Path("functions") / "2400000-to-ns"}
    others |= {Path("patch25/fast") / evidence.place.name, Path("patch25/slow/progress")}
    opened = OpenCases(content)
    for number, place in enumerate(sorted(others)):
        moved = Path(shutil.copytree(folder, tmp_path / str(number) / place))
        why = f"manifest.json is of {evidence.place}, which is not where it lies"
        assert rejection(content, moved, opened) == why


@pytest.mark.slow
def test_a_folder_is_checked_by_its_kind(content, one):
    """The kind in the manifest decides; one that nobody checks is refused."""
    evidence, folder = one
    for kind in ("hearsay", None, 3, ["cell"]):
        manifest = {**evidence.manifest(), "kind": kind}
        (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        assert rejection(content, folder).startswith("manifest.json: kind: expected ")


@pytest.mark.slow
def test_every_key_of_a_manifest_is_compared(content, one):
    """A manifest that lacks a key or says something else is rejected in one line that names the key."""
    evidence, folder = one
    whole, opened = evidence.manifest(), OpenCases(content)
    for name in whole.keys() - {"tool", "kind", "schema", "design", "host", "name", "property"}:
        for other in ({k: v for k, v in whole.items() if k != name}, {**whole, name: "other"}):
            (folder / MANIFEST).write_text(json.dumps(other), encoding="utf-8")
            said = rejection(content, folder, opened)
            assert said.startswith((f"manifest.json: {name}", f"manifest.json: {name}:")), said


@pytest.mark.slow
def test_a_question_that_differs_is_rejected_by_name(content, one):
    """One added, replaced by one that is unsatisfiable for sure, or lost."""
    evidence, folder = one
    first = next(iter(evidence.questions))
    (folder / "more.smt2").write_text("(assert false)\n(check-sat)\n", encoding="utf-8")
    assert rejection(content, folder) == "more.smt2 belongs to nothing that is claimed"
    (folder / "more.smt2").rename(folder / f"{first}.smt2")
    assert rejection(content, folder) == f"{first}.smt2 is not what the model gives"
    (folder / f"{first}.smt2").unlink()
    assert rejection(content, folder) == f"{first}.smt2: No such file or directory"


@pytest.mark.slow
def test_manifests_follow_their_schema(content, made):
    """docs/schemas/evidence.schema.json, for one of each kind; what it requires is required."""
    schema = json.loads((ROOT / "docs/schemas/evidence.schema.json").read_text(encoding="utf-8"))
    assert schema["properties"]["kind"]["enum"] == list(KINDS)
    optional = {"tool", *content.model.functions[FUNCTION].facts}
    for evidence in made.values():
        manifest = evidence.manifest()
        jsonschema.validate(manifest, schema)
        for name in manifest.keys() - optional:
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({k: v for k, v in manifest.items() if k != name}, schema)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "vtsc.evidence/1"}', "[" * 10**5])
def test_what_is_no_manifest_is_refused(content, tmp_path, text):
    """One line, naming the file."""
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    assert rejection(content, tmp_path).startswith("manifest.json")
    (tmp_path / MANIFEST).unlink()
    assert rejection(content, tmp_path) == "manifest.json: No such file or directory"
