"""Claims about plain functions, made for all values of their arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """A claim about all values of some words: ``holds`` is called with one for each of ``over``."""

    name: str
    sentence: str
    formula: str
    over: Mapping[str, tuple[int, int]]
    """Least and greatest value of each word, both of 64 bits."""
    holds: Callable[..., bool]
    by_bits: bool = True
    """Z3 confirms it over bit vectors in a few seconds; else it is shown over integers alone."""


@dataclass(frozen=True)
class Claims:
    """Claims that belong together, with the numbers they are about."""

    title: str
    facts: Mapping[str, int]
    claims: tuple[Claim, ...]
