"""The parameters that say how many instances there are, and the functions that may keep what they say."""

import ast
from collections.abc import Iterator, Mapping

from vtsc.content.reading.kinds import Kind
from vtsc.content.reading.sources import Function, Sources
from vtsc.content.reading.trees import walk

MAKING = ("__init__", "__post_init__")
"""The methods that make an object."""


def making(sources: Sources, kinds: Mapping[Function, Kind]) -> list[Function]:
    """The functions by which objects of designs and properties are made, and those that they call by name."""
    files = (m for m in sources.modules.values() if m.file.designs)
    pending = [f for m in files for f in m.all_functions() if f.node.name in MAKING]
    found: dict[Function, None] = {}
    while pending:
        function = pending.pop()
        if kinds.get(function) is not Kind.DECLARATION or function in found:
            continue
        found[function] = None
        for node in walk(function.node):
            named = sources.find(function.module, node.id) if isinstance(node, ast.Name) else None
            if named and named.function:
                pending.append(named.function)
    return [*found]


def parameters_of_size(sources: Sources) -> Iterator[str]:
    """The parameters that say how many instances there are, as the domain names them."""
    for module in sources.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.Call) and sources.language_name(module, node.func) == "Domain":
                for keyword in node.keywords:
                    if keyword.arg == "kinds" and isinstance(keyword.value, ast.Dict):
                        for value in keyword.value.values:
                            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                                yield value.value
