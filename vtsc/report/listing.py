"""The listing as JSON, of the schema vtsc.list/1: what there is to ask about, for programs."""

import json
from typing import Any

from vtsc.content.content import Content
from vtsc.language.claims import Property
from vtsc.language.parameters import Parameter
from vtsc.report.document import head

SCHEMA = "vtsc.list/1"


def report(content: Content) -> str:
    """One object; what is listed stands in the order of the listing for people."""
    model = content.model
    found = {
        **head(SCHEMA, content),
        "designs": _titled(model.designs),
        "hosts": _titled(model.hosts),
        "properties": [_property(p) for p in content.properties.values()],
        "sometimes": [{"name": s.name, "claim": s.claim} for s in content.sometimes],
        "parameters": [_parameter(p) for p in model.parameters.values()],
        "commands": [{"name": name, "help": words} for name, words, _ in model.commands],
    }
    return json.dumps(found, indent=1) + "\n"


def _titled(named: Any) -> list[dict[str, str]]:
    return [{"name": name, "title": title} for name, title in named.items()]


def _property(prop: Property) -> dict[str, Any]:
    measure = prop.measure
    return {
        "name": prop.name,
        "claim": prop.claim,
        "symptom": prop.symptom,
        "needs": list(prop.needs),
        "defaults": dict(prop.defaults),
        "measure": None
        if measure is None
        else {
            "name": measure.name,
            "opposite": measure.opposite or None,
            "claim": measure.claim,
            "unit": measure.units,
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "kind": parameter.kind,
        "default": parameter.default,
        "meaning": parameter.meaning,
        "accepted": parameter.accepted(),
        "choices": list(parameter.choices) if parameter.kind == "choice" else None,
    }
