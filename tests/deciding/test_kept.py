"""What the tree keeps is checked before it is believed, and spares the search."""

import json
import shutil
from dataclasses import replace

import pytest

from tests.support.paths import ROOT
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.deciding import kept as kept_evidence
from vtsc.deciding.kept import Kept
from vtsc.deciding.verdict import Result, Status
from vtsc.evidence import earlier

CELL = ("2.6.37", "slow", "bounded_lag")
NAME = "2.6.37.slow.bounded_lag.json"


class Nothing:
    """A memory in which there is nothing."""

    def recall(self, *_: object) -> None:
        """No case is remembered."""

    def remember(self, case: Case, depth: int, results: list[Result]) -> None:
        """Nothing is kept."""


def recalled(content: Content, design: str, host: str, *properties: str) -> list[Result] | None:
    """The verdicts of a case's cells with default parameters, recalled from the tree."""
    case = Case(content, design, host, content.resolve(design, properties[0], {}))
    return Kept(Nothing()).recall(case, properties, 20)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found(content, verdict) -> Result:
    """A counterexample of today's model."""
    return verdict(*CELL, 5)


@pytest.fixture
def saved(found, tmp_path, monkeypatch):
    """A folder with that counterexample in place of the tree's; gives its path, once changed as asked."""
    monkeypatch.setattr(earlier, "FOLDER", tmp_path)

    def write(**changed: object):
        path = tmp_path / NAME
        path.write_text(json.dumps({**found.trace.as_json(), **changed}), encoding="utf-8")
        return path

    return write


@pytest.mark.slow
def test_a_kept_trace_is_replayed(content, saved, found):
    """The verdict is its depth, and the run is there to tell the story."""
    saved()
    (result,) = recalled(content, *CELL)
    assert (result.text, result.trace) == (found.text, found.trace)
    assert result.run is not None and result.run.terms


@pytest.mark.parametrize(
    "changed",
    [
        {"model_digest": "0123456789abcdef"},
        {"host": "fast"},
        {"violated_at": 3},
        {"steps": []},
    ],
)
def test_a_trace_that_is_not_todays_is_not_believed(content, saved, changed):
    """One of another model, of another cell, or one that violates nothing where it says so."""
    saved(**changed)
    assert recalled(content, *CELL) is None


def test_a_trace_with_another_state_is_not_believed(content, saved, found):
    """Every state is compared with the one that the plain interpreter gets."""
    steps = found.trace.as_json()["steps"]
    steps[0]["state"]["vcpu0"]["tsc_offset"] = 5
    saved(steps=steps)
    assert recalled(content, *CELL) is None


def test_where_nothing_is_kept_the_memory_is_asked(content, tmp_path, monkeypatch):
    """An empty folder answers nothing."""
    monkeypatch.setattr(earlier, "FOLDER", tmp_path)
    assert recalled(content, *CELL) is None


@pytest.mark.slow
def test_a_kept_proof_is_made_and_solved_again(content, monkeypatch):
    """No proof is looked for; the certificate is one of those lemmas, with the runs that it needs."""
    (result,) = recalled(content, "patch25", "stable", "monotonic")
    assert result.status is Status.PROVED
    assert result.certificate.any_number
    names = {f"{x.owner}.{x.name}".lstrip(".") for x in result.certificate.stated}
    text = (ROOT / "proofs" / "patch25.toml").read_text(encoding="utf-8")
    assert all(f'"{name}"' in text for name in names)
    assert {name for name, _ in result.certificate.witnesses} == set(
        content.properties["monotonic"].needs
    )


@pytest.mark.slow
def test_a_stale_proof_is_not_believed(content, tmp_path):
    """Without one of its lemmas it proves nothing."""
    shutil.copytree(ROOT / "proofs", tmp_path / "proofs")
    path = tmp_path / "proofs" / "patch25.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"never_unstable", ', "", 1), encoding="utf-8")
    assert recalled(replace(content, root=tmp_path), "patch25", "stable", "monotonic") is None


@pytest.mark.slow
def test_a_plain_run_against_a_kept_proof_is_an_answer_for_nobody(content, monkeypatch):
    """Rules that differ from the functions, as plain runs show them, leave the case to be decided."""

    def differ(*_: object, **__: object) -> Exception:
        return kept_evidence.EvidenceError("a plain run says otherwise")

    monkeypatch.setattr(kept_evidence, "contradiction", differ)
    assert recalled(content, "patch25", "stable", "monotonic") is None
