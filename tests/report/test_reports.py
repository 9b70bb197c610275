"""Machine-readable output follows its schemas; exit statuses follow the verdicts."""

import json
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.support.paths import ROOT
from tests.support.sampling import sampled
from vtsc.cli import main

SCHEMAS = ROOT / "docs" / "schemas"
CELL = [
    "verify",
    "pre25",
    "--host",
    "cstate",
    "-p",
    "bounded_lag",
    "-p",
    "monotonic",
    "--depth",
    "6",
]


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    """Run as from a checkout."""
    monkeypatch.chdir(ROOT)


def schema(name: str) -> dict:
    """A schema of docs/schemas."""
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_verdicts_follow_their_schema(capsys):
    """`--format json` is one object of vtsc.verdicts/2, with a whole trace for a violation."""
    assert main([*CELL, "--bounded", "--format", "json"]) == 10
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema("verdicts"))
    status = {r["property"]: r["status"] for r in document["results"]}
    assert status == {"bounded_lag": "violated", "monotonic": "bounded"}
    jsonschema.validate(document["results"][0]["trace"], schema("trace"))


@pytest.mark.slow
def test_saved_traces_follow_their_schema():
    """Every file of counterexamples/ is a vtsc.trace/1."""
    for path in sorted((ROOT / "counterexamples").glob("*.json")):
        jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), schema("trace"))


@pytest.mark.slow
def test_junit(capsys):
    """A violation is a failure, what holds passes, nothing is skipped."""
    assert main([*CELL, "--bounded", "--format", "junit"]) == 10
    suite = ElementTree.fromstring(capsys.readouterr().out)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    failed = [c.get("name") for c in suite if c.find("failure") is not None]
    assert failed == ["bounded_lag"]
    (failure,) = suite.iter("failure")
    assert "\nvCPU 0 read " in failure.text and "behind ideal" in failure.text


@pytest.mark.slow
def test_junit_of_a_vacuous_cell(capsys):
    """Vacuous is a failure."""
    asked = ["verify", "pre25", "--host", "cstate", "-p", "monotonic", "--depth", "3", "--bounded"]
    assert main([*asked, "--format", "junit"]) == 11
    suite = ElementTree.fromstring(capsys.readouterr().out)
    assert suite.get("failures") == "1"


@pytest.mark.slow
@sampled(
    6,
    ("options", "status"),
    [
        (["-p", "monotonic", "--bounded"], 0),
        (["-p", "monotonic"], 0),
        (["-p", "monotonic", "--prove"], 0),
        (["-p", "monotonic_smp"], 10),
        (["-p", "bounded_lag", "--bounded"], 10),
        (["-p", "bounded_lag", "--bounded", "--expect"], 0),
    ],
)
def test_exit_status(capsys, options, status):
    """What is not proved must be asked for as bounded; an expected violation is wanted with --expect."""
    arguments = ["verify", "pre25", "--host", "cstate", "--depth", "6", *options]
    assert main(arguments) == status


@pytest.mark.slow
def test_an_expected_violation_that_is_not_found(capsys):
    """Too shallow a search does not find the expected violation: 12."""
    arguments = ["verify", "patch25", "--host", "cstate", "-p", "monotonic", "--depth", "6"]
    assert main([*arguments, "--bounded", "--expect"]) == 12


@pytest.mark.slow
def test_text_is_ascii_and_narrow(capsys):
    """Off a terminal, at most 80 columns of ASCII; the verdicts come last."""
    main([*CELL, "--bounded"])
    text = capsys.readouterr().out
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    last = text.splitlines()[-3:]
    assert last[0] == "pre25 cstate bounded_lag: VIOLATED(5) by bmc [violated]"
    assert last[1] == "pre25 cstate monotonic: HOLDS_TO(6) by bmc: plain solver to 6"


@pytest.mark.hours
@pytest.mark.slow
def test_one_job_or_two_give_the_same_report(capsys, tmp_path):
    """The number of workers changes nothing but the seconds."""

    def results(jobs: str) -> list:
        main(["verify", "patch25", "--host", "slow", "--host", "fast", "-p", "bounded_lag",
              "--depth", "6", "--format", "json", "-j", jobs])  # fmt: skip
        found = json.loads(capsys.readouterr().out)["results"]
        return [{k: v for k, v in r.items() if k != "seconds"} for r in found]

    assert results("1") == results("2")
