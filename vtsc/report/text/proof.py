"""The text of a proof: the lemmas that it needed, each with its sentence and its formula."""

from collections.abc import Mapping
from typing import Any

from vtsc.content.content import Content
from vtsc.report.text.numbers import respelled
from vtsc.report.text.parameters import parameters
from vtsc.report.text.wrapping import hanging, wrapped

ANY_NUMBER = "any number of instances of each kind"
THESE_SIZES = "for these sizes"


def proof(
    content: Content, manifest: Mapping[str, Any], everything: bool = False, only: str = ""
) -> str:
    """The lemmas of a proved cell, and the sizes for which they prove it; ``manifest`` is its certificate's.

    ``everything``: tell parameters that have their defaults, too. ``only``: the reason why the proof is for
    these sizes only.
    """
    design, host, name = (str(manifest[key]) for key in ("design", "host", "property"))
    head = f"{design} on {host}: {name} is proved for runs of any length"
    heading = wrapped(head)
    lines = [*heading, "-" * max(map(len, heading)), ""]
    for number, lemma in enumerate(manifest["lemmas"], 1):
        lines += wrapped(f"{lemma['name']}: {lemma['sentence']}", "    ", f"{number:2d}. ")
        if lemma["formula"]:
            lines += wrapped(respelled(lemma["formula"]), "      ", "    ")
    lines.append("")
    k = manifest.get("k", 1)
    if k > 1:
        lines += hanging(f"by k-induction on top of these lemmas, k = {k}")
    kinds = ANY_NUMBER if manifest["any_number"] else THESE_SIZES
    kinds += f" only, since {only}" if only else ""
    checked = f"{len(manifest['queries'])} questions re-checked in a plain solver"
    lines += hanging(f"scope: {kinds}; {checked}; {content.model.assumed}")
    given = {key: str(value) for key, value in manifest["params"].items()}
    lines += parameters(content, design, name, content.model.check(design, given), everything)
    return "\n".join(lines) + "\n"
