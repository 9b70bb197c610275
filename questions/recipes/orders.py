"""The orders in which a recipe's threads can run.

Only some calls depend on what other vCPUs do, or change what those see. Only their order matters: any other
call has its own time in its own thread, and stands before the next of those calls.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from questions.recipes.script import Gap, Script, Section, Step, Threads
from vtsc.base.errors import Exit, VtscError

ALL, FIRSTS, ONE = "all", "firsts", "one"
"""Which orders are looked at: each; one for each thread that comes first; the one of the threads' numbers."""
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


def orders(script: Script, enough: str = ALL) -> Orders:
    """The orders of a recipe's threads that are ``enough``; raises `TooManyError`.

    With `FIRSTS`, each thread has one shared step. With `ONE`, threads start by their numbers.
    """
    found: list[Script] = []
    for sections in product(*(list(_ways(section, enough)) for section in script.sections)):
        found.append(replace(script, sections=sections))
        _count(found)
    return Orders(tuple(found))


def _count(found: Sequence[object]) -> None:
    if len(found) > MOST:
        raise TooManyError(f"there are more than {MOST} orders of the threads")


def settled(script: Script, length: Callable[[Gap], int]) -> Script:
    """The script with threads that are abreast in the order that the lengths of their gaps give."""

    def ordered(item: Step | Threads) -> Step | Threads:
        if isinstance(item, Step) or not item.abreast:
            return item
        times = []
        for thread in item.threads:
            shared = next(n for n, step in enumerate(thread) if is_shared(step))
            times.append(sum(length(step.gap) for step in thread[: shared + 1]))
        first = item.order[0]
        by_time = sorted(range(len(times)), key=lambda n: (times[n], n != first))
        order = tuple(n for n in by_time for _ in item.threads[n])
        return replace(item, order=order, abreast=False)

    sections = [replace(each, body=tuple(map(ordered, each.body))) for each in script.sections]
    return replace(script, sections=tuple(sections))


def _ways(section: Section, enough: str) -> Iterator[Section]:
    """The section with its threads in each order."""
    parts: list[Sequence[Step | Threads]] = []
    for item in section.body:
        parts.append([item] if isinstance(item, Step) else _interleaved(item, enough))
    for body in product(*parts):
        yield replace(section, body=body)


def _interleaved(threads: Threads, enough: str) -> list[Threads]:
    """Threads in each order that is wanted."""
    if enough == FIRSTS:
        return [_after(threads, n) for n in range(len(threads.threads))]
    rest = [_lengths(thread) for thread in threads.threads]
    found: list[Threads] = []
    for order in _merged([0] * len(rest), rest, enough == ONE):
        found.append(replace(threads, order=order))
        _count(found)
    return found


def _after(threads: Threads, first: int) -> Threads:
    """Threads that come after one of them, whatever their own order is."""
    numbers = sorted(range(len(threads.threads)), key=lambda n: n != first)
    order = tuple(n for n in numbers for _ in threads.threads[n])
    return replace(threads, order=order, abreast=True)


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
