"""Asks about recipes: each one under each of its rule sets, in several processes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from model.today import rules_named
from questions.recipes.answers import Answer, Answered
from questions.recipes.deciding import DEPENDS, FAILS, decide
from questions.recipes.fitting import script
from questions.recipes.reading.tree import USUAL, Text
from questions.recipes.repairs import repairs
from vtsc.base.errors import BadFileError, VtscError


@dataclass(frozen=True)
class Asked:
    """A recipe, the rule sets and the properties to ask about. ``repaired``: look for changes that help."""

    text: Text
    rules: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    repaired: bool = False


def answered(asked: Asked) -> Answered:
    """The answers about one recipe."""
    text = asked.text
    if asked.properties:
        kept = {k: v for k, v in text.want.items() if k in asked.properties or k == "pause"}
        text = replace(text, want=kept)
    found: list[Answer] = []
    for rules in asked.rules or text.rules or USUAL:
        found += _under(text, rules)
    return Answered(text, _repaired(found) if asked.repaired else tuple(found))


def _under(text: Text, rules: str) -> list[Answer]:
    """The answers under one rule set."""
    asked, expected = script(text), text.expect.get(rules, {})
    found = decide(asked, rules_named(rules))
    return [Answer(text, asked, rules, v, expected.get(v.wanted.name)) for v in found]


def _repaired(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The answers, the last one of each property that does not hold with what would help."""
    last = {a.name: a for a in answers if a.verdict.result in (FAILS, DEPENDS)}
    return tuple(_with_repairs(a, answers) if last.get(a.name) is a else a for a in answers)


def _with_repairs(answer: Answer, every: Sequence[Answer]) -> Answer:
    verdicts = [each.verdict for each in every if each.rules == answer.rules]
    found, all_tried = repairs(answer.text, rules_named(answer.rules), answer.name, verdicts)
    return replace(answer, repairs=found, all_tried=all_tried)


def all_answered(asked: Sequence[Asked], jobs: int) -> list[Answered]:
    """The answers about several recipes, in their order (``jobs`` 0: a process for each core)."""
    import vtsc.solver.least  # noqa: F401  (each process would load Z3 again)
    from vtsc.base.parallel import in_order

    found: list[Answered] = []
    for each in in_order(asked, _tried, jobs):
        if isinstance(each, VtscError):
            raise each
        found.append(each)
    return found


def _tried(asked: Asked) -> Answered | VtscError:
    """The answers, or the error that a worker process has to hand over."""
    try:
        return answered(asked)
    except BadFileError as error:
        return BadFileError(f"{asked.text.file}: {error}")
    except VtscError as error:
        return error
