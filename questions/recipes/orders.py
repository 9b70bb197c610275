"""The orders in which a recipe's threads can run.

Only some calls depend on what other vCPUs do, or change what those see. Only their order matters: any other
call has its own time in its own thread, and stands before the next of those calls.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from questions.recipes.script import Script, Section, Step, Threads
from vtsc.base.errors import Exit, VtscError

MOST = 3000
"""The number of orders beyond which a recipe is not decided."""
OWN = (
    "KVM_GET_LAPIC",
    "KVM_SET_LAPIC",
    "KVM_GET_MSRS",
    "KVM_GET_TSC_KHZ",
    "KVM_SET_TSC_KHZ",
    "KVM_GET_DEVICE_ATTR",
    "KVM_KVMCLOCK_CTRL",
    "expire",
    "wait",
)
"""The calls that have to do with their own vCPU alone; so has KVM_SET_MSRS without TSC."""


class TooManyError(VtscError):
    """There are too many orders to look at each."""

    status = Exit.UNKNOWN


@dataclass(frozen=True)
class Orders:
    """A recipe in each order of its threads."""

    scripts: tuple[Script, ...]


def orders(script: Script, like: bool = False) -> Orders:
    """The orders of a recipe's threads, or with ``like`` those in which they start by their numbers.

    Raises `TooManyError`.
    """
    found: list[Script] = []
    for sections in product(*(list(_ways(section, like)) for section in script.sections)):
        found.append(replace(script, sections=sections))
        _count(found)
    return Orders(tuple(found))


def _count(found: Sequence[object]) -> None:
    if len(found) > MOST:
        raise TooManyError(f"there are more than {MOST} orders of the threads")


def _ways(section: Section, like: bool) -> Iterator[Section]:
    """The section with its threads in each order."""
    parts: list[Sequence[Step | Threads]] = []
    for item in section.body:
        parts.append([item] if isinstance(item, Step) else _interleaved(item, like))
    for body in product(*parts):
        yield replace(section, body=body)


def _interleaved(threads: Threads, like: bool) -> list[Threads]:
    """Threads in each order; with ``like``, they start in the order of their numbers."""
    rest = [_lengths(thread) for thread in threads.threads]
    found: list[Threads] = []
    for order in _merged([0] * len(rest), rest, like):
        found.append(replace(threads, order=order))
        _count(found)
    return found


def _lengths(thread: Sequence[Step]) -> list[int]:
    """The lengths of the parts of a thread: each ends with a shared step, or the thread does."""
    lengths, count = [], 0
    for step in thread:
        count += 1
        if is_shared(step):
            lengths.append(count)
            count = 0
    if count and lengths:
        lengths[-1] += count
    return lengths or [count]


def is_shared(step: Step) -> bool:
    """Whether a step depends on what other threads do, or they on it."""
    if step.call.name == "KVM_SET_MSRS":
        return "TSC" in dict(step.call.fields)
    return step.call.name not in OWN


def _merged(done: list[int], rest: Sequence[list[int]], like: bool) -> Iterator[tuple[int, ...]]:
    if all(n == len(parts) for n, parts in zip(done, rest, strict=True)):
        yield ()
        return
    fresh = False
    for i, parts in enumerate(rest):
        if done[i] == len(parts) or (like and fresh and done[i] == 0):
            continue  # a like thread that starts later differs from this one by its number
        fresh = fresh or done[i] == 0
        done[i] += 1
        for later in _merged(done, rest, like):
            yield (*[i] * parts[done[i] - 1], *later)
        done[i] -= 1
