"""What a proof rests on: the lemmas it needed, each with its sentence and its formula."""

import textwrap

from vtsc.evidence.certificate import Certificate
from vtsc.report.screen import WIDTH


def proof(certificate: Certificate, assumed: str) -> str:
    """The lemmas of a proved cell, and what they prove it for."""
    cell = certificate.cell
    head = f"{cell.design} on {cell.host}: {cell.property} is proved for runs of any length"
    kinds = "any number of instances of each kind" if certificate.any_number else "as many as given"
    lines = [head, "-" * len(head), ""]
    for number, lemma in enumerate(certificate.lemmas, 1):
        lines += _wrapped(f"{number:2d}. {lemma.name}: {lemma.sentence}", "    ")
        if lemma.formula:
            lines += _wrapped(f"    {lemma.formula}", "      ")
    lines.append("")
    if certificate.k > 1:
        lines += _wrapped(f"by k-induction on top of these lemmas, k = {certificate.k}", "  ")
    checked = f"{len(certificate.queries)} questions re-checked in a plain solver"
    lines += _wrapped(f"scope: {kinds}; {checked}; {assumed}", "  ")
    params = " ".join(f"{k}={v}" for k, v in cell.settings.texts().items())
    lines += _wrapped(f"params: {params}", "  ")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, indent: str) -> list[str]:
    first = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(
        text.strip(),
        WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
