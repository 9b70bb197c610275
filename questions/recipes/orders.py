"""The orders in which a recipe's threads can run.

Only some calls depend on what other vCPUs do, or change what those see. Only their order matters: any other
call has its own time in its own thread, and stands before the next of those calls.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from questions.recipes.script import Op, Saved, Script, Section, Step, Threads, Value
from vtsc.base.errors import Exit, VtscError

MOST = 3000
"""The number of orders beyond which a recipe is not decided."""
ALIKE = ("TSC_OFFSET", "SYSTEM_TIME", "REFERENCE_TSC", "clock", "khz", "flags", "realtime")
"""The fields of which all vCPUs have saved the same value; the others are read one after the other."""
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
    """A recipe in each order of its threads.

    ``like``: orders are left out that differ from others by the numbers of like threads alone.
    """

    scripts: tuple[Script, ...]
    like: bool


def orders(script: Script) -> Orders:
    """The orders of a recipe's threads; raises `TooManyError`."""
    found: list[Script] = []
    blocks = [i for s in script.sections for i in s.body if isinstance(i, Threads)]
    like = any(map(_are_like, blocks))
    for sections in product(*(list(_ways(section)) for section in script.sections)):
        found.append(replace(script, sections=sections))
        _count(found)
    return Orders(tuple(found), like)


def _count(found: Sequence[object]) -> None:
    if len(found) > MOST:
        raise TooManyError(f"there are more than {MOST} orders of the threads")


def _ways(section: Section) -> Iterator[Section]:
    """The section with its threads in each order."""
    parts: list[Sequence[Step | Threads]] = []
    for item in section.body:
        parts.append([item] if isinstance(item, Step) else _interleaved(item))
    for body in product(*parts):
        yield replace(section, body=body)


def _interleaved(threads: Threads) -> list[Threads]:
    """Threads in each order; those that are like start in the order of their numbers."""
    rest = [_lengths(thread) for thread in threads.threads]
    found: list[Threads] = []
    for order in _merged([0] * len(rest), rest, _are_like(threads)):
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


def _are_like(threads: Threads) -> bool:
    """Whether threads differ by the number of their vCPU alone."""
    first = _payload(threads.threads[0])
    alike = all(_payload(thread) == first for thread in threads.threads)
    return len(threads.threads) > 1 and alike and not any(map(_has_own, threads.threads))


def _payload(thread: Sequence[Step]) -> tuple[object, ...]:
    """What a thread does, whatever its vCPU and the names of its gaps are."""
    return tuple((step.call, step.gap.low, step.gap.high) for step in thread)


def _has_own(thread: Sequence[Step]) -> bool:
    """Whether a thread writes what its own vCPU has saved, which may differ from that of others."""
    return any(
        step.call.name == "KVM_SET_LAPIC"
        or (
            step.call.name.startswith("KVM_SET") and any(_is_own(v, n) for n, v in step.call.fields)
        )
        for step in thread
    )


def _is_own(value: Value | None, field: str) -> bool:
    if isinstance(value, Op):
        return _is_own(value.left, field) or _is_own(value.right, field)
    if not isinstance(value, Saved):
        return field not in ALIKE and value is None
    return value.vcpu is None and (value.field or field) not in ALIKE
