"""Answers about recipes for programs: JSON of the schema vtsc.recipe/1, JUnit XML, and saved evidence."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from questions.recipes.answers import Answer, Answered
from questions.recipes.deciding import UNAVAILABLE, UNKNOWN, VACUOUS, Side, Witness
from questions.recipes.replay import ordered
from questions.recipes.report import text
from questions.recipes.script import VM
from questions.recipes.words import call
from vtsc import __version__

SCHEMA = "vtsc.recipe/1"


def json_document(found: Sequence[Answered]) -> str:
    """One object with a result for each property, recipe and rule set."""
    head = {"schema": SCHEMA, "tool": f"vtsc {__version__}"}
    results = [_result(answer) for each in found for answer in each.answers]
    return json.dumps({**head, "results": results}, indent=1) + "\n"


def _result(answer: Answer) -> dict[str, Any]:
    verdict, expected = answer.verdict, answer.expected
    threshold = answer.threshold
    return {
        "file": answer.text.file,
        "recipe": answer.text.name,
        "title": answer.text.title,
        "mirrors": list(answer.text.mirrors),
        "assumed": list(answer.text.assumed),
        "vcpus": answer.text.vcpus,
        "rules": answer.rules,
        "property": answer.name,
        "parameters": dict(verdict.wanted.parameters),
        "result": verdict.result,
        "condition": answer.condition or None,
        "sufficient": answer.enough or None,
        "necessary": answer.needed or None,
        "threshold": None
        if threshold is None
        else dict(zip(("delay", "relation", "ns"), threshold, strict=True)),
        "expected": None if expected is None else expected.result,
        "expected_condition": (expected.condition or None) if expected is not None else None,
        "wanted": answer.as_expected,
        "status": int(answer.status),
        "reason": verdict.why or None,
        "holding": _witness(verdict.holding),
        "failing": _witness(verdict.failing),
        "holding_besides": _odd(verdict.enough),
        "failing_besides": _odd(verdict.needed),
        "proofs": sorted(verdict.texts),
        "repairs": list(answer.repairs),
    }


def _odd(side: Side | None) -> dict[str, Any] | None:
    """The run that shows that a condition on one side is not the exact one."""
    return None if side is None else _witness(side.odd)


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    """A run: its delays in ns, and its steps with what the kernel decided."""
    if witness is None:
        return None
    remarks = dict(witness.replay.remarks)
    return {
        "delays": dict(witness.delays),
        "steps": [
            {
                "line": step.line,
                "who": "vm" if step.who == VM else f"v{step.who}",
                "call": call(step),
                "delay": witness.delays.get(step.gap.name, step.gap.low),
                "remark": remarks.get(number),
            }
            for number, step in enumerate(ordered(witness.script))
        ],
    }


def junit(found: Sequence[Answered]) -> str:
    """A test case for each answer: one that is not as expected is a failure, one that is none an error."""
    suite = ElementTree.Element("testsuite", name="vtsc recipe")
    for each in found:
        told = text([each], full=True)
        for answer in each.answers:
            suite.append(_case(answer, told))
    suite.set("tests", str(len(suite)))
    for name in ("failure", "error"):
        suite.set(f"{name}s", str(sum(case.find(name) is not None for case in suite)))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(answer: Answer, told: str) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", classname=answer.text.name, name=f"{answer.name} {answer.rules}"
    )
    message = " ".join([answer.verdict.result.upper(), answer.condition]).strip()
    if not answer.as_expected:
        none = answer.verdict.result in (UNKNOWN, VACUOUS, UNAVAILABLE)
        what = "error" if none else "failure"
        ElementTree.SubElement(case, what, message=message).text = told
    ElementTree.SubElement(case, "system-out").text = message
    return case


def saved(found: Sequence[Answered]) -> Mapping[str, str]:
    """The files to save: runs as JSON, and the questions of proofs as SMT-LIB."""
    files = {}
    for each in found:
        for answer in each.answers:
            name = f"{answer.text.name.replace('/', '.')}.{answer.rules}.{answer.name}"
            result = {"schema": SCHEMA, "tool": f"vtsc {__version__}", "results": [_result(answer)]}
            files[f"{name}.json"] = json.dumps(result, indent=1) + "\n"
            for proof, question in answer.verdict.texts.items():
                files[f"{name}.{proof}.smt2"] = question
    return files
