"""The cause of a violation in sentences, and the lines that a step ran with the values that they saw."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from vtsc.base.lines import text_of
from vtsc.content.content import Content
from vtsc.language.words import spelled
from vtsc.native.interpreter import Played
from vtsc.report.screen import width
from vtsc.report.text.wrapping import wrapped
from vtsc.why.cause import Cause, Condition, Earlier, Explanation
from vtsc.why.freedom import Place

FEW = 2
"""So many inputs of one name are told with their values."""
LONGEST_VALUES = 60
"""Values that take more columns are left out of a sentence."""


def place(content: Content, condition: Condition) -> str:
    """The file and line of a condition, as reports name them."""
    return f"{content.relative(condition.file)}:{condition.line}"


def sentences(explained: Explanation) -> list[str]:
    """The cause, as one sentence or a few."""
    cause = explained.cause
    if cause is None:
        return _without_cause(explained)
    told = f"{cause.conditions[0].call} in step {cause.step} {_effect(cause)}: "
    told += " and then ".join(_state(c, i > 0) for i, c in enumerate(cause.conditions))
    if cause.earlier is not None and cause.earlier.decides:
        told += f", since {_since(cause.earlier, cause.step)}"
    told += "."
    found = [told]
    if cause.earlier is not None and not cause.earlier.decides:
        earlier = cause.earlier.condition
        had = "false" if earlier.value else "true"
        found.append(
            f"In step {earlier.step}, {earlier.call}, {_state(earlier)}; had it been {had}, that "
            "would have avoided it, too."
        )
    return found


def _effect(cause: Cause) -> str:
    """What the step does that it would not have done, or the other way round."""
    if not cause.differences:
        return "goes this way"
    first = cause.differences[0]
    if first.changed:
        return f"sets {first.field} to {shown(first.value)}"
    return f"leaves {first.field} as it is"


def _state(condition: Condition, conditional: bool = False) -> str:
    """The condition with its value, and the values of its parts."""
    be = "would be" if conditional else "is"
    told = f"`{condition.text}` {be} {'true' if condition.value else 'false'}"
    seen = substituted(condition.text, dict(condition.parts))
    telling = seen not in ("True", "False", condition.text) and len(seen) <= LONGEST_VALUES
    return f"{told} ({seen})" if telling else told


def _since(earlier: Earlier, step: int) -> str:
    condition = earlier.condition
    if condition.step == step:
        return f"{_state(condition)}"
    if earlier.late is not None:
        step, call = earlier.late
        return f"{condition.call} in step {condition.step} came before {call} in step {step}"
    return f"in step {condition.step}, {condition.call}, {_was(condition)}"


def _was(condition: Condition) -> str:
    return f"`{condition.text}` was {'true' if condition.value else 'false'}"


def _without_cause(explained: Explanation) -> list[str]:
    found = ["No condition of the design would have avoided this by going the other way."]
    if explained.other_hosts:
        hosts = listed(explained.other_hosts)
        found.append(f"The same calls and inputs do no harm on {hosts}.")
    if explained.defaults:
        found.append(f"They do no harm with the default of {listed(explained.defaults)}.")
    return found


def listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def shown(value: Any) -> str:
    """A value of a rule as a report shows it."""
    if isinstance(value, bool | str):
        return repr(value)
    return spelled(value) if isinstance(value, int) else type(value).__name__


class _Values(ast.NodeTransformer):
    """Puts values in the place of the parts of a condition."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self.parts = parts

    def _value(self, node: Any) -> ast.AST:
        text = ast.unparse(node)
        return ast.Name(shown(self.parts[text])) if text in self.parts else node

    visit_Attribute = visit_Name = visit_Call = visit_Subscript = _value


def substituted(text: str, parts: Mapping[str, Any]) -> str:
    """A condition with the values of its parts in their places; those not evaluated stay as they are."""
    return ast.unparse(_Values(parts).visit(ast.parse(text, mode="eval").body))


def annotated(
    content: Content, step: int, played: Played, explained: Explanation, marked: Sequence[Condition]
) -> list[str]:
    """The lines that a step executed in the functions of ``marked``, each with the values that it saw.

    Where nothing is marked, they are all lines of the step, with their files.
    """
    saw = _seen(step, explained)
    marks = {(c.file, c.line) for c in marked}
    around = [(c.file, _function(c.file, c.line)) for c in marked]
    found = []
    for file, at in played.lines:
        if marked and not any(file == own and at in lines for own, lines in around):
            continue
        mark = ">" if (file, at) in marks else " "
        place = f"{at:>3}" if marked else f"{content.relative(file)}:{at}"
        comment = "; ".join(saw.get((file, at), ()))
        skipped = _skipped(file, at, played) if mark == ">" else ""
        found += _commented(f"{mark} {place}  {text_of(file)[at - 1].strip()}", comment)
        found += [f"       {skipped}"] if skipped else []
    return found


def _skipped(file: str, line: int, played: Played) -> str:
    """The lines that did not run, after a condition; empty where they did, or there are none."""
    for node in ast.walk(ast.parse("".join(text_of(file)))):
        if isinstance(node, ast.If) and node.lineno == line:
            first, last = node.body[0].lineno, node.body[-1].end_lineno or line
            if (file, first) not in played.lines:
                told = f"line {first}" if first == last else f"lines {first} to {last}"
                return f"({told} did not run)"
    return ""


def _commented(line: str, comment: str) -> list[str]:
    """A source line with a comment beside it, or below it where there is no room."""
    if not comment:
        return wrapped(line, " " * 9)
    both = f"{line}  # {comment}"
    if len(both) <= width():
        return [both]
    return [*wrapped(line, " " * 9), *wrapped(f"# {comment}", " " * 9, " " * 7)]


def _function(file: str, line: int) -> range:
    """The lines of the innermost function around a line."""
    tree = ast.parse("".join(text_of(file)))
    found = range(line, line + 1)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0):
            found = range(node.lineno, (node.end_lineno or 0) + 1)
    return found


def tried(cause: Cause) -> str:
    """What was played again to confirm a cause: an experiment, and not a repair."""
    ways = " and ".join(f"`{c.text}` {'false' if c.value else 'true'}" for c in cause.conditions)
    more = f", {' and '.join(cause.changes)}" if cause.changes else ""
    return f"what if: with {ways}{more}, the same run does not violate (a test, not a fix)"


def inputs(matter: Mapping[Place, Any], count: int, time: str) -> str:
    """The inputs that matter with their values, those of one name together, and what is known of the others.

    ``count`` is the number of all inputs of the run, ``time`` the name of the one that lets time pass.
    """
    if not matter:
        return "none matters; whatever was drawn for them, the run violates"
    steps: dict[str, list[int]] = {}
    for step, name in matter:
        steps.setdefault(name, []).append(step)
    told = ", ".join(
        f"{name} {_steps(at)}" if len(at) > FEW else _valued(name, at, matter)
        for name, at in steps.items()
    )
    usual = "; no particular timing is needed" if time and time not in steps else ""
    if len(matter) == count:
        return f"all {count} matter"
    rest = count - len(matter)
    return (
        f"{told}; the other {rest} are free: whatever was drawn for them, the run violates{usual}"
    )


def _valued(name: str, at: Sequence[int], matter: Mapping[Place, Any]) -> str:
    """A few inputs of one name, each with its value."""
    parts = [
        f"{name} = {shown(matter[n, name])} {f'in step {n}' if n else 'at the start'}" for n in at
    ]
    return ", ".join(parts)


def _steps(at: Sequence[int]) -> str:
    """Steps in words, three or more in a row as a range."""
    parts: list[str] = []
    rest = list(at)
    while rest:
        end = 0
        while end + 1 < len(rest) and rest[end + 1] == rest[end] + 1:
            end += 1
        parts += [f"{rest[0]} to {rest[end]}"] if end > 1 else [str(n) for n in rest[: end + 1]]
        del rest[: end + 1]
    if parts == ["0"]:
        return "at the start"
    return f"in step{'s' * (len(at) > 1)} {listed(parts)}"


def _seen(step: int, explained: Explanation) -> dict[tuple[str, int], list[str]]:
    """For each line of a step what its conditions and assignments saw; each only once."""
    found: dict[tuple[str, int], dict[str, None]] = {}
    for c in explained.conditions:
        if c.step == step:
            seen = substituted(c.text, dict(c.parts))
            told = "yes" if c.value else "no"
            told = told if seen in ("True", "False") else f"{seen}: {told}"
            found.setdefault((c.file, c.line), {})[told] = None
    for at, file, line, value in explained.values:
        if at == step and isinstance(value, int):
            found.setdefault((file, line), {})[shown(value)] = None
    return {line: list(each) for line, each in found.items()}


def reads(conditions: Sequence[Condition]) -> list[str]:
    """The fields that conditions read, each with its value and the step that had last changed it."""
    told = dict.fromkeys(
        f"{read.field} = {shown(read.value)} (since {_written(read.written)})"
        for condition in conditions
        for read in condition.reads
    )
    return list(told)


def _written(step: int) -> str:
    return f"step {step}" if step else "the start"
