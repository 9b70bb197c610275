"""Verdicts as JSON, of the schema vtsc.verdicts/2."""

import json
from typing import Any

from vtsc.content.content import Content
from vtsc.deciding.verdict import Judged, Reached, Result
from vtsc.report import Report
from vtsc.report.cause import Told
from vtsc.report.cause import told as cause_of
from vtsc.report.document import document, head
from vtsc.report.json_lines import answer, of_cell, of_question
from vtsc.report.text.story import story

SCHEMA = "vtsc.verdicts/2"


def report(given: Report) -> str:
    """The text of one object with every verdict; traces are included in full.

    What a manifest asks besides cells, and what it skips, stands beside the results.
    """
    results = [as_json(given.content, v) for v in given.verdicts]
    if given.gate is None:
        return document(SCHEMA, given.content, results)
    found = {
        **head(SCHEMA, given.content),
        "results": results,
        "questions": [{**of_question(x.question), **answer(x)} for x in given.gate.answered],
        "skipped": [{**of_cell(x.cell), "reason": x.skip} for x in given.gate.skipped],
    }
    return json.dumps(found, indent=1) + "\n"


def _certificate(result: Result) -> str | None:
    """The path of the certificate below the folder of ``--save``; None where there is none."""
    return None if result.certificate is None else result.certificate.place.as_posix()


def as_json(content: Content, judged: Judged) -> dict[str, Any]:
    """One verdict, its trace included in full."""
    result, cell = judged.result, judged.result.cell
    told, found = _explained(content, result)
    return {
        "design": cell.design,
        "host": cell.host,
        "property": cell.property,
        "params": cell.settings.texts(),
        "status": result.status.value,
        "wanted": judged.wanted,
        "depth": result.depth,
        "engine": result.engine,
        "story": told,
        "cause": found.as_json() if found is not None else None,
        "trace": result.trace.as_json() if result.trace else None,
        "certificate": _certificate(result),
        "reason": result.reason,
        "sometimes": {s.name: _reached(s) for s in result.sometimes},
        "expected": judged.expected,
        "because": judged.because or None,
        "instead": judged.instead or None,
    }


def _explained(content: Content, result: Result) -> tuple[str | None, Told | None]:
    """The story and the cause of a violation; None for what there is not."""
    if result.trace is None or result.run is None:
        return None, None
    cause = cause_of(content, result.trace, result.run)
    return story(content, result.trace, result.run, cause), cause


def _reached(reached: Reached) -> dict[str, Any]:
    if reached.never:
        return {"status": "never", "depth": 0}
    if reached.depth is None:
        return {"status": "not_reached", "depth": reached.searched}
    return {"status": "reached", "depth": reached.depth}
