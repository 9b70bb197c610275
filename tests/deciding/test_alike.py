"""What proved a cell is tried first where settings are close, and believed never."""

import pytest

from tests.support.cases import case_of_group
from vtsc.base.errors import COSTLY
from vtsc.content.cells import groups
from vtsc.deciding import proofs as deciding
from vtsc.deciding.plan import begin
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort
from vtsc.evidence.hints import Like
from vtsc.evidence.proofs import Recorded

pytestmark = pytest.mark.slow
HOW = Effort.USUAL


def result_of(content, bound, like=None):
    """The result of a cell of 2.6.37 on cstate, of which no proof is recorded."""
    given = {"lag_bound": bound, "clock_resolution": "100ns"}
    (cell,) = groups(content, ["2.6.37"], ["cstate"], ["bounded_lag"], given)
    (result,) = begin(case_of_group(content, cell), ["bounded_lag"], 8, HOW, like=like)
    return result


@pytest.fixture
def without_records(content, tmp_path, monkeypatch):
    """No record, no cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(deciding, "load_proofs", Recorded)
    return content


@pytest.fixture
def proved(without_records):
    """A proof with a lag bound of 200 ns, and what it took."""
    certificate = result_of(without_records, "200ns").certificate
    return Like(tuple((x.owner, x.name) for x in certificate.stated))


def refuse(*_):
    """Stands for the search for a proof, which is not to happen."""
    raise AssertionError("a proof is sought")


def test_it_spares_the_search(without_records, proved, monkeypatch):
    """Where the same lemmas prove it, also if there is one among them that this cell does not have."""
    monkeypatch.setattr(deciding, "_sought", refuse)
    more = Like((*proved.lemmas, ("", "no_such_lemma")))
    result = result_of(without_records, "99ns", more)
    assert result.status is Status.PROVED and result.certificate.any_number


def test_it_proves_nothing_that_is_false(without_records, proved):
    """The bound is 99 ns, and with less there is a run, whatever proved the other cell."""
    result = result_of(without_records, "98ns", proved)
    assert getattr(result, "status", None) is not Status.PROVED


def test_what_is_not_enough_is_no_hindrance(without_records):
    """Then a proof is looked for as ever."""
    result = result_of(without_records, "99ns", Like(()))
    assert result.status is Status.PROVED and result.certificate.any_number


def test_what_exploring_costs_is_not_found_out_again(without_records, proved):
    """The proof is for these sizes then, and says why."""
    why = f"{COSTLY} ever"
    result = result_of(without_records, "99ns", Like(proved.lemmas, why))
    assert result.status is Status.PROVED
    assert not result.certificate.any_number and result.certificate.only == why
