"""Proofs that no person has written lemmas for, and certificates of them that are checked anew."""

import json
from collections.abc import Sequence
from functools import partial

import jsonschema
import pytest

from tests.support.cases import decide_group, open_case
from tests.support.paths import ROOT
from tests.support.sampling import sampled
from tests.support.toys import TOYS, Bad
from vtsc.base.errors import EvidenceError
from vtsc.content.cells import groups
from vtsc.deciding.proofs import certified
from vtsc.engines import Effort, ask
from vtsc.engines.proof.spacer import invariant
from vtsc.engines.task import Answer, Finding, Task
from vtsc.evidence.certificate import make
from vtsc.evidence.manifest import MANIFEST
from vtsc.evidence.questions import queries
from vtsc.evidence.recheck import recheck
from vtsc.evidence.systems import OpenCases, Systems
from vtsc.language.lemmas import Lemma
from vtsc.report.text.proof import proof
from vtsc.smtlib.horn import horn, rigid_terms
from vtsc.smtlib.lemma_text import evaluate, written
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.solver.solve import solve
from vtsc.symbolic.values import Word
from vtsc.system.builder import build

SCHEMAS = ROOT / "docs" / "schemas"


def systems_of(content, design, host) -> Systems:
    """The systems of a case with default parameters."""
    return Systems(open_case(content, design, host))


def task_of(systems: Systems, lemmas: Sequence[Lemma]) -> Task:
    """The question whether the case is ever violated by `monotonic`."""
    monitor = systems.case.property("monotonic")
    return Task("monotonic", partial(systems.own, [monitor]), 20, lemmas=lemmas)


# Spacer on a real cell


@pytest.fixture(scope="module")
def spacer_certificate(content):
    """One vCPU on a stable host, proved by Spacer's lemmas alone."""
    systems = systems_of(content, "2.6.35-svm", "stable")
    answer = ask("spacer", task_of(systems, ()))
    assert (answer.finding, bool(answer.found)) == (Finding.PROVED, True)
    return certified(systems, "monotonic", answer)


def test_spacer_proves_a_cell_without_hand_written_lemmas(spacer_certificate):
    """Two lemmas or so, each named, with its sentence and a formula; the questions hold."""
    assert not spacer_certificate.any_number
    stated = spacer_certificate.lemmas[1:]
    assert stated
    assert [x.name for x in stated] == [f"spacer_{n}" for n, _ in enumerate(stated, 1)]
    assert all(x.sentence == "found by Spacer" and "monotonic" in x.formula for x in stated)


def test_spacers_lemmas_are_minimal(content, spacer_certificate):
    """Without any one of them some question can hold."""
    texts = spacer_certificate.found
    for left_out in range(len(texts)):
        fewer = [t for n, t in enumerate(texts) if n != left_out]
        certificate = make(
            systems_of(content, "2.6.35-svm", "stable"), "monotonic", [], False, texts=fewer
        )
        with pytest.raises(EvidenceError, match="is sat"):
            solve(certificate.queries)


def test_a_saved_spacer_certificate_is_made_anew(content, spacer_certificate, tmp_path):
    """Lemmas come back from the manifest's texts; a changed one is noticed."""
    needs = content.properties["monotonic"].needs
    folder = tmp_path / "saved"
    spacer_certificate.save(folder)
    with pytest.raises(EvidenceError, match=rf"{needs[0]}\.json"):
        recheck(
            OpenCases(content), folder
        )  # all but the runs, which are not this test's, is in order
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["found"][0] = "true"
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(EvidenceError, match="is not what"):
        recheck(OpenCases(content), folder)


@pytest.mark.parametrize(
    ("key", "value"), [("k", 0), ("k", True), ("k", "2"), ("found", "x"), ("found", [1])]
)
def test_odd_values_in_the_manifest_are_rejected(content, spacer_certificate, tmp_path, key, value):
    """By name, in one line."""
    spacer_certificate.save(tmp_path / "odd")
    path = tmp_path / "odd" / MANIFEST
    manifest = spacer_certificate.evidence().manifest()
    path.write_text(json.dumps({**manifest, key: value}), encoding="utf-8")
    with pytest.raises(EvidenceError, match=f"{key}: expected"):
        recheck(OpenCases(content), tmp_path / "odd")


@pytest.mark.parametrize("text", ["(nonsense 1 2)", "no.field", "(<= 1", "(<= no.field 1)"])
def test_a_lemma_that_cannot_be_read_is_rejected(content, spacer_certificate, text):
    """Neither evaluated nor believed."""
    with pytest.raises(EvidenceError):
        make(systems_of(content, "2.6.35-svm", "stable"), "monotonic", [], False, texts=[text])


def test_inputs_of_the_initial_state_are_told_by_fields(content):
    """Each one that steps mention is a sum of fields, the very same term."""
    system = task_of(systems_of(content, "pre25", "skewed"), ()).system
    rigid = {name for name, _ in horn(system, "monotonic").columns if name.startswith("initial.")}
    terms = rigid_terms(system)
    assert rigid and rigid <= terms.keys()
    values = {**system.pre, **{n: Word(system.arena, f) for n, f in system.known.items()}}
    for name in rigid:
        form = evaluate(terms[name], values.__getitem__).form
        ((atom, factor),) = form.terms
        assert (atom.name, factor, form.constant) == (name, 1, 0)


def test_an_invariant_comes_back_in_terms_of_fields(content, monkeypatch):
    """What it says of an input of the initial state; what no field tells of is left out."""
    system = task_of(systems_of(content, "pre25", "skewed"), ()).system
    (name, *_) = (n for n, _ in horn(system, "monotonic").columns if n.startswith("initial."))
    said = f"(and (<= {name} 5) (<= initial.unheard_of 5))"
    answer = json.dumps({"answer": "unsat", "invariant": said})
    monkeypatch.setattr("vtsc.engines.proof.spacer.ask", lambda question, seconds: answer)
    assert invariant(system, "monotonic") == [f"(<= {written(rigid_terms(system)[name])} 5)"]


@pytest.mark.slow
def test_spacer_says_the_same_twice(content):
    """Each question has a process of its own."""
    task = task_of(systems_of(content, "2.6.35-svm", "stable"), ())
    assert ask("spacer", task) == ask("spacer", task)


@pytest.mark.slow
def test_spacer_says_nothing_wrong_of_a_violated_cell(content):
    """Monotonicity fails on the jumping host; whatever is suggested proves nothing."""
    task = task_of(systems_of(content, "2.6.35-svm", "resetting"), ())
    assert not ask("spacer", task).decided


# k-induction


def toy_queries(name: str, k: int) -> dict[str, str]:
    """The questions about a toy without lemmas."""
    known = TOYS[name]
    return queries(build(known.make(), [Bad()], SolverFeasibility), "bad", k)


def refuted(text: str) -> bool:
    """Whether a fresh plain solver says unsat."""
    try:
        solve({"question": text})
    except EvidenceError:
        return False
    return True


@pytest.mark.parametrize(("k", "holds"), [(1, False), (2, False), (3, True), (4, True)])
def test_the_walk_needs_three_steps(k, holds):
    """The step case fails for fewer; the base case holds for any number."""
    found = toy_queries("walk", k)
    assert refuted(found["property"]) == holds
    assert ("base" in found) == (k > 1)
    assert all(refuted(text) for name, text in found.items() if name != "property")


@pytest.mark.parametrize(("k", "holds"), [(2, True), (4, True), (5, False), (6, False)])
def test_the_base_case_sees_a_violation_within_its_steps(k, holds):
    """The climb goes wrong in step 4, which is among the first k - 1 from k = 5 on."""
    assert refuted(toy_queries("climb", k)["base"]) == holds


def test_the_step_case_alone_proves_nothing():
    """From k = 6 on the climb cannot go on for so long, so that its step case is empty."""
    assert refuted(toy_queries("climb", 6)["property"])
    assert not refuted(toy_queries("climb", 6)["base"])


def test_a_certificate_by_k_induction_holds_and_says_so(content):
    """A cell that lemmas prove is also k-inductive; k is in the manifest, for the cell's own size."""
    systems = systems_of(content, "pre25", "stable")
    answer = ask("kinduction", task_of(systems, systems.case.lemmas("monotonic")))
    certificate = certified(systems, "monotonic", answer)
    assert (certificate.k, certificate.any_number) == (2, False)
    assert list(certificate.queries) == ["initial", "step", "base", "property"]
    assert certificate.evidence().claims["k"] == 2


def test_a_wrong_answer_gets_no_certificate(content):
    """What an engine claims without reason does not survive the check."""
    systems = systems_of(content, "pre25", "stable")
    assert certified(systems, "monotonic", Answer(Finding.PROVED, k=3)) is None


# the command's way


@pytest.fixture
def unlemmaed(content, monkeypatch, tmp_path):
    """The content with no lemma about the last value read, and a cache of its own."""
    prop = content.properties["monotonic"]
    monkeypatch.setattr(prop, "lemmas", lambda machine: (), raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return content


@pytest.mark.slow
@sampled(
    2,
    ("effort", "text", "engine"),
    [(Effort.ALL, "PROVED", "spacer"), (Effort.USUAL, "HOLDS_TO(6)", "bmc")],
)
def test_what_lemmas_leave_open_is_tried_harder_where_asked(unlemmaed, effort, text, engine):
    """The verdict names who proved it, and has a certificate with the runs that keep it from being empty."""
    (group,) = groups(unlemmaed, ["2.6.35-svm"], ["stable"], ["monotonic"], {})
    (result,) = decide_group(unlemmaed, group, 6, effort)
    assert (result.text, result.engine) == (text, engine)
    assert (result.certificate is not None) == (effort is Effort.ALL)
    if effort is Effort.ALL:
        assert result.certificate.found and result.certificate.witnesses
        needs = unlemmaed.properties["monotonic"].needs
        assert tuple(name for name, _ in result.certificate.witnesses) == needs


@pytest.mark.hours
@pytest.mark.slow
def test_its_saved_certificate_holds_and_fits_the_schema(unlemmaed, tmp_path):
    """The whole way: save, read, make anew, compare, replay, solve."""
    (group,) = groups(unlemmaed, ["2.6.35-svm"], ["stable"], ["monotonic"], {})
    (result,) = decide_group(unlemmaed, group, 6, Effort.ALL)
    result.certificate.save(tmp_path / "saved")
    evidence, solvers = recheck(OpenCases(unlemmaed), tmp_path / "saved")
    found = list(result.certificate.found)
    assert (evidence.claims["found"], solvers[0]) == (found, "z3")
    schema = json.loads((SCHEMAS / "evidence.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(evidence.manifest(), schema)
    assert "spacer_1: found by Spacer" in proof(unlemmaed, evidence.manifest())
