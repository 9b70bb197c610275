"""The schemas of docs/schemas, which refer to each other."""

import json
from typing import Any

import jsonschema
from referencing import Registry, Resource

from tests.support.paths import ROOT


def validator(name: str) -> Any:
    """What validates a document of that name."""
    texts = [p.read_text(encoding="utf-8") for p in (ROOT / "docs" / "schemas").glob("*.json")]
    known = {s["$id"]: s for s in map(json.loads, texts) if "$id" in s}
    registry = Registry().with_resources([(k, Resource.from_contents(s)) for k, s in known.items()])
    (found,) = (s for key, s in known.items() if key.split(":")[3] == name)
    return jsonschema.Draft202012Validator(found, registry=registry)
