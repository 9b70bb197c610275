"""Verdicts as JSON, of the schema vtsc.verdicts/1."""

from typing import Any

from vtsc.deciding.verdict import Judged, Reached, Result
from vtsc.report import Report
from vtsc.report.document import document

SCHEMA = "vtsc.verdicts/1"


def report(given: Report) -> str:
    """The text of one object with every verdict; traces are included in full."""
    return document(SCHEMA, given.content, [as_json(v) for v in given.verdicts])


def _certificate(result: Result) -> str | None:
    """The path of the certificate below the folder of ``--save``; None where there is none."""
    return None if result.certificate is None else result.certificate.place.as_posix()


def as_json(judged: Judged) -> dict[str, Any]:
    """One verdict, its trace included in full."""
    result, cell = judged.result, judged.result.cell
    return {
        "design": cell.design,
        "host": cell.host,
        "property": cell.property,
        "params": cell.settings.texts(),
        "status": result.status.value,
        "depth": result.depth,
        "engine": result.engine,
        "seconds": round(result.seconds, 3),
        "trace": result.trace.as_json() if result.trace else None,
        "certificate": _certificate(result),
        "reason": result.reason,
        "sometimes": {s.name: _reached(s) for s in result.sometimes},
        "expected": judged.expected,
    }


def _reached(reached: Reached) -> dict[str, Any]:
    if reached.never:
        return {"status": "never", "depth": 0}
    if reached.depth is None:
        return {"status": "not_reached", "depth": reached.searched}
    return {"status": "reached", "depth": reached.depth}
