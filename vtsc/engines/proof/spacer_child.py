"""The child process that runs Spacer: clauses on standard input, its answer on standard output.

Spacer may crash, not end or be cancelled; the parent process takes that for no answer. A process is
started for each question, so an answer does not depend on earlier questions.
"""

import json
import os
import sys
import threading
import time
from typing import Any

import z3


def answer(document: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question: ``unsat`` with an invariant over the columns, ``sat``, or ``unknown``."""
    columns = [z3.Const(name, _sort(sort)) for name, sort in document["columns"]]
    reached = z3.Function("Reached", *(c.sort() for c in columns), z3.BoolSort())
    hit = z3.Function("Hit", z3.BoolSort())
    fixedpoint = _fixedpoint(document["levels"])
    fixedpoint.register_relation(reached, hit)
    for clause in document["clauses"]:
        body, defined = _split(clause)
        head = hit()
        if clause["after"] is not None:
            sorts = [c.sort() for c in columns]
            symbols = zip(clause["after"], sorts, strict=True)
            head = reached(*(defined.get(name, z3.Const(name, sort)) for name, sort in symbols))
        if clause["before"]:
            body.append(reached(*columns))
        rule = z3.Implies(z3.And(z3.BoolVal(True), *body), head)
        variables = [c for c in _constants(rule) if c.decl().name() != hit.name()]
        fixedpoint.add_rule(z3.ForAll(variables, rule) if variables else rule)
    found = fixedpoint.query(hit)
    if found != z3.unsat:
        return {"answer": str(found)}
    return {"answer": "unsat", "invariant": _invariant(fixedpoint, reached, columns)}


def _sort(name: str) -> Any:
    return z3.IntSort() if name == "Int" else z3.BoolSort()


def _split(clause: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """A clause's assertions, and apart from them the values of symbols that equations define."""
    body, defined = [], {}
    wanted = clause["after"] or ()
    for assertion in z3.parse_smt2_string(clause["text"]):
        is_equation = assertion.decl().name() == "="
        name = assertion.arg(0).decl().name() if is_equation else ""
        if name.endswith("!") and name in wanted:
            defined[name] = assertion.arg(1)
        else:
            body.append(assertion)
    return body, defined


def _fixedpoint(levels: int) -> Any:
    """Spacer, set not to transform the relation, since its invariant could not be read otherwise."""
    fixedpoint = z3.Fixedpoint()
    fixedpoint.set("engine", "spacer")
    fixedpoint.set("spacer.max_level", levels)
    for name in ("inline_linear", "inline_eager", "slice"):
        fixedpoint.set(f"xform.{name}", False)
    return fixedpoint


def _constants(term: Any) -> list[Any]:
    """The constants in a term, in the order of first use."""
    seen: set[int] = set()
    found: list[Any] = []
    stack = [term]
    while stack:
        term = stack.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        literal = z3.is_int_value(term) or z3.is_true(term) or z3.is_false(term)
        if not term.children() and not literal:
            found.append(term)
        stack += term.children()[::-1]
    return found


def _invariant(fixedpoint: Any, reached: Any, columns: list[Any]) -> str:
    """The invariant that Spacer has found of every reached state."""
    cover = z3.substitute_vars(fixedpoint.get_cover_delta(-1, reached), *columns)
    text: str = z3.simplify(cover).sexpr()
    return text


def _end_with(parent: int) -> None:
    """End this process once its parent is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        result = answer(json.load(sys.stdin))
    except z3.Z3Exception as error:
        result = {"answer": "unknown", "reason": str(error)}
    json.dump(result, sys.stdout)
