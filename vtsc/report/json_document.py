"""Machine-readable reports: JSON (vtsc.verdicts/1) and JUnit XML."""

import json
from collections.abc import Sequence
from typing import Any

from vtsc import __version__
from vtsc.content.content import Content
from vtsc.deciding.verdict import Judged, Reached, Result

SCHEMA = "vtsc.verdicts/1"


def as_json(content: Content, verdicts: Sequence[Judged]) -> str:
    """One object with every verdict; traces are whole."""
    document = {
        "schema": SCHEMA,
        "tool": f"vtsc {__version__}",
        "model_digest": content.digest,
        "results": [_result(v.result, v.recorded) for v in verdicts],
    }
    return json.dumps(document, indent=1) + "\n"


def _certificate(result: Result) -> str | None:
    """Where the certificate lies below the folder of ``--save``."""
    return None if result.certificate is None else result.certificate.place.as_posix()


def _result(result: Result, recorded: str | None) -> dict[str, Any]:
    cell = result.cell
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
        "recorded": recorded,
    }


def _reached(reached: Reached) -> dict[str, Any]:
    if reached.never:
        return {"status": "never", "depth": 0}
    if reached.depth is None:
        return {"status": "not_reached", "depth": reached.searched}
    return {"status": "reached", "depth": reached.depth}
