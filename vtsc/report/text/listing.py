"""The text of ``vtsc list``."""

from vtsc.content.content import Content
from vtsc.report.text.wrapping import wrapped


def _measures(content: Content) -> dict[str, str]:
    """Each measure with what it measures and the properties that are about it."""
    found: dict[str, list[str]] = {}
    for prop in content.properties.values():
        if prop.measure is not None:
            told = f"{prop.measure.claim}, in {prop.measure.units} ({prop.name})"
            found.setdefault(prop.measure.name, []).append(told)
            if prop.measure.opposite:
                found.setdefault(prop.measure.opposite, []).append(
                    f"the same, with the other sign ({prop.name})"
                )
    return {name: "; ".join(told) for name, told in found.items()}


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
    measures = _measures(content)
    if measures:
        blocks["measures, for vtsc bound"] = measures
    if model.commands:
        blocks["commands"] = {name: words for name, words, _ in model.commands}
    lines = [f"model: {content.where} {content.digest}", ""]
    for title, entries in blocks.items():
        lines.append(f"{title}:")
        for name, text in entries.items():
            lines += wrapped(f"{name}: {text}", "      ", "  ")
        lines.append("")
    return "\n".join(lines).rstrip()
