"""Long families of tests: CI runs one in several of them, `make hours` all."""

from collections.abc import Iterable
from typing import Any

import pytest


def sampled(every: int, names: Any, values: Iterable[Any], **more: Any) -> pytest.MarkDecorator:
    """As `pytest.mark.parametrize`, but only each ``every``-th value is run where hours are not wanted."""
    return pytest.mark.parametrize(
        names,
        [_marked(value, names, n % every > 0) for n, value in enumerate(values)],
        **more,
    )


def _marked(value: Any, names: Any, late: bool) -> Any:
    if not late:
        return value
    if hasattr(value, "marks"):
        return pytest.param(*value.values, id=value.id, marks=[*value.marks, pytest.mark.hours])
    several = not isinstance(names, str) or "," in names
    return pytest.param(*(value if several else (value,)), marks=pytest.mark.hours)
