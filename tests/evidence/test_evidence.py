"""Evidence of every kind: where it belongs, that it is complete, and who checks it."""

import json
from itertools import product

import jsonschema
import pytest

from tests.support.paths import ROOT
from vtsc.base.errors import EvidenceError
from vtsc.evidence.functions import make
from vtsc.evidence.kinds import RECHECKS, every, recheck
from vtsc.evidence.manifest import MANIFEST


def test_there_is_evidence_for_every_design_and_host_and_every_function(content):
    """One folder each, no two alike."""
    folders = [folder.as_posix() for folder, _ in every(content)]
    progress = product(content.model.designs, content.model.hosts, ["progress"])
    functions = [f"arithmetic/{name}" for name in content.model.functions]
    assert folders == ["/".join(parts) for parts in progress] + functions


def test_a_folder_is_checked_by_its_kind(content, tmp_path):
    """The kind in the manifest decides; one that nobody checks is refused."""
    made = make(content, "1000000-to-ns")
    made.save(tmp_path)
    assert recheck(content, tmp_path).files() == made.files()
    manifest = {**made.manifest(), "kind": "hearsay"}
    (tmp_path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(EvidenceError, match="kind: expected one of progress, arithmetic"):
        recheck(content, tmp_path)


def test_manifests_follow_their_schema(content):
    """docs/schemas/evidence.schema.json, for one of each kind; what it requires is required."""
    schema = json.loads((ROOT / "docs/schemas/evidence.schema.json").read_text(encoding="utf-8"))
    kinds = {made.kind: made.manifest() for _, made in every(content)}
    assert set(kinds) == set(RECHECKS)
    for manifest in kinds.values():
        jsonschema.validate(manifest, schema)
        for name in manifest.keys() - {"tool"}:
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({k: v for k, v in manifest.items() if k != name}, schema)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "vtsc.certificate/1"}'])
def test_what_is_no_manifest_is_refused(content, tmp_path, text):
    """One line, naming the file."""
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"manifest\.json"):
        recheck(content, tmp_path)
    (tmp_path / MANIFEST).unlink()
    with pytest.raises(EvidenceError, match=r"manifest\.json: No such file"):
        recheck(content, tmp_path)
