"""The text of ``vtsc list``."""

import textwrap

from vtsc.content.content import Content
from vtsc.report.screen import WIDTH


def listing(content: Content) -> str:
    """The designs, hosts, properties and parameters, each with a description."""
    model = content.model
    parameters = {
        f"{p.name} ({p.default})": f"{p.meaning}: {p.accepted()}" for p in model.parameters.values()
    }
    blocks = {
        "designs": dict(model.designs),
        "hosts": dict(model.hosts),
        "properties": {name: prop.claim for name, prop in content.properties.items()},
        "sometimes": {s.name: s.claim for s in content.sometimes},
        "parameters (default)": parameters,
    }
    if model.commands:
        blocks["commands"] = {name: words for name, words, _ in model.commands}
    lines = [f"model: {content.where} {content.digest}", ""]
    for title, entries in blocks.items():
        lines.append(f"{title}:")
        for name, text in entries.items():
            lines += textwrap.wrap(
                f"  {name}: {text}", WIDTH, subsequent_indent="      ", break_on_hyphens=False
            )
        lines.append("")
    return "\n".join(lines).rstrip()
