"""The JSON documents of reports: one object with its schema, the tool, the model and the results."""

import json
from collections.abc import Sequence
from typing import Any

from vtsc import __version__
from vtsc.content.content import Content


def head(schema: str, content: Content) -> dict[str, Any]:
    """The keys with which every document begins."""
    return {"schema": schema, "tool": f"vtsc {__version__}", "model_digest": content.digest}


def document(schema: str, content: Content, results: Sequence[Any]) -> str:
    """The text of a document."""
    return json.dumps({**head(schema, content), "results": list(results)}, indent=1) + "\n"
