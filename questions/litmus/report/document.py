"""The answers as one JSON document, of the schema vtsc.litmus/1, and as files."""

import json
from collections.abc import Sequence
from typing import Any

from questions.litmus.deciding import Answer, Proof, Shown
from questions.litmus.program import COMMIT, Litmus
from vtsc import __version__
from vtsc.base.errors import Exit

SCHEMA = "vtsc.litmus/1"
STATUSES = {
    Exit.OK: "as_expected",
    Exit.VIOLATED: "forbidden_found",
    Exit.NOT_FOUND: "expected_not_found",
    Exit.VACUOUS: "vacuous",
    Exit.UNKNOWN: "unknown",
}


def document(answers: Sequence[Answer]) -> str:
    """One object with a result for each file."""
    whole = {
        "schema": SCHEMA,
        "tool": f"vtsc {__version__}",
        "results": [_result(answer) for answer in answers],
    }
    return json.dumps(whole, indent=1) + "\n"


def saved(answers: Sequence[Answer]) -> dict[str, str]:
    """The files that keep the evidence: an execution as NAME.json, a proof as a question below NAME/."""
    files = {}
    for answer in answers:
        name = answer.litmus.name
        for found, part in _parts(answer):
            if isinstance(found, Shown):
                files[f"{name}.json"] = (
                    json.dumps(_execution(answer.litmus, found), indent=1) + "\n"
                )
            elif isinstance(found, Proof):
                files[f"{name}/{part}.smt2"] = found.text
    return files


def _parts(answer: Answer) -> list[tuple[Shown | Proof | None, str]]:
    """What is told of an answer: an execution with such an end, where there is one, and any proof."""
    parts: list[tuple[Shown | Proof | None, str]] = [(answer.such, "such")]
    if isinstance(answer.such, Proof) or isinstance(answer.other, Proof):
        parts.append((answer.other, "other"))
    return parts


def _result(answer: Answer) -> dict[str, Any]:
    litmus, rule = answer.litmus, answer.litmus.requirement
    parts = [found for found, _ in _parts(answer)]
    shown = next((x for x in parts if isinstance(x, Shown)), None)
    return {
        "file": litmus.file,
        "name": litmus.name,
        "question": litmus.question,
        "order": litmus.order,
        "emulation": litmus.emulation if litmus.order == "trapped" else None,
        "requirement": {
            "reads": "strict" if rule.strict else "at-least",
            "wrap": rule.wrap,
            "span": rule.span,
            "skewed": rule.skewed,
            "gaps": [[gap.first, gap.second, gap.cycles] for gap in rule.gaps],
        },
        "condition": litmus.condition_text,
        "expected": litmus.result,
        "found": answer.result,
        "status": STATUSES.get(answer.status, "error"),
        "reason": None if answer.failure is None else str(answer.failure),
        "execution": None if shown is None else _execution(litmus, shown),
        "proofs": [
            {"no_execution_ends": part, "solvers": list(found.solvers)}
            for found, part in _parts(answer)
            if isinstance(found, Proof)
        ],
    }


def _execution(litmus: Litmus, shown: Shown) -> dict[str, Any]:
    """An execution that was replayed; numbers of more than 53 bits are texts."""
    return {
        "litmus": litmus.name,
        "holds": shown.execution.holds,
        "start": {name: _number(value) for name, value in shown.run.start.items()},
        "rows": [
            {
                "slot": row.slot,
                "tsc": _number(row.tsc),
                "vcpu": row.vcpu,
                "number": row.number,
                "instruction": "commit"
                if row.number == COMMIT
                else str(litmus.instruction(row.vcpu, row.number)),
                "line": 0
                if row.number == COMMIT
                else litmus.instruction(row.vcpu, row.number).line,
                "changed": dict(row.changed),
                "taken": row.taken,
            }
            for row in shown.execution.rows
        ],
        "registers": shown.execution.registers,
        "memory": shown.execution.memory,
        "traps": [[vcpu, name] for vcpu, name in sorted(shown.execution.traps)],
    }


def _number(value: int) -> int | str:
    return value if value < 1 << 53 else str(value)
