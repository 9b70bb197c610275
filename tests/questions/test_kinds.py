"""Questions of claims about exact bounds and about guest programs: how their tables are read."""

import re

import pytest

from questions.claims.reading import load_claims
from tests.questions.test_claims import FILE
from vtsc.base.errors import BadFileError


@pytest.fixture
def of_text(content, tmp_path):
    """The claims of a folder whose only file has this text."""

    def loaded(written):
        (tmp_path / "C01.toml").write_text(written, encoding="utf-8")
        return load_claims(content, tmp_path)

    return loaded


BOUND = FILE.replace('kind = "verdict"', 'kind = "bound"').replace("monotonic", "bounded_lag")
PROGRAM = FILE.replace('kind = "verdict"', 'kind = "litmus"').partition("design =")[0]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            BOUND + "bound = 1\n",
            "C01.toml:8: expect: expected the depth of a run that has the bound",
        ),
        (BOUND + 'bound = "x"\nexpect = 4\n', "C01.toml:16: bound: expected a whole number"),
        (PROGRAM + 'file = "nowhere"\n', "unknown litmus file nowhere"),
        (PROGRAM + 'file = "sub64-serial"\nresult = "no"\n', "result: expected one of Never"),
        (
            PROGRAM + 'file = "sub64-serial"\nresult = "Always"\n',
            "header of sub64-serial says Never",
        ),
    ],
)
def test_mistakes_about_bounds_and_programs(of_text, written, said):
    """Each is told with its line."""
    with pytest.raises(BadFileError, match=re.escape(said)):
        of_text(written)


def test_a_bound_asks_two_cells(of_text):
    """That the measure is at most the bound holds; that it is at most one less fails at the depth given."""
    (claim,) = of_text(
        BOUND.replace("{holds.lemmas} lemmas", "{holds.bound}") + "bound = 0\nexpect = 4\n"
    )
    (ask,) = [question.ask for question in claim.questions]
    cells = [(kept.cell.property, kept.expected) for kept in ask.kept]
    assert cells == [("bounded_lag_at_most_0", "holds"), ("bounded_lag_at_most_-1", "4")]
