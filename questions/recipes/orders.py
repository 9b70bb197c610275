"""The orders in which a recipe's threads can run.

Only the order of shared steps matters (see `sharing`): any other call has its own time in its own thread, and
stands before the next shared one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import factorial, prod

from questions.recipes.script import VM, Gap, Script, Section, Step, Threads
from questions.recipes.sharing import looks_around, parts, shared_in
from vtsc.base.errors import Exit, VtscError

ALL, FIRSTS, ONE = "all", "firsts", "one"
"""Which orders are looked at: each; one for each thread that comes first; the one of the threads' numbers."""
LISTED = 6
"""The number of orders up to which each is run by itself."""
MOST_SETS = 1024
"""The number of sets of steps that threads which are open may have done at some time."""
MOST = 3000
"""The number of orders beyond which a recipe is not decided where they cannot be left open."""


class TooManyError(VtscError):
    """There are too many orders to look at each."""

    status = Exit.UNKNOWN


@dataclass(frozen=True)
class Orders:
    """A recipe in each order of its threads, or once with all orders open."""

    scripts: tuple[Script, ...]
    count: int
    """The number of orders."""

    @property
    def open(self) -> bool:
        """Whether one script stands for all orders."""
        return self.count > len(self.scripts)


def orders(script: Script, enough: str = ALL, listed: int = 0) -> Orders:
    """The orders of a recipe's threads that are ``enough``; raises `TooManyError`.

    With `FIRSTS`, each thread has one shared step. With `ONE`, threads start by their numbers. All orders are
    left open where there are more than `LISTED`, and than ``listed``.
    """
    count = prod(map(_count_of, _blocks(script)))
    if enough == ALL and count > max(LISTED, listed) and all(map(_can_be_open, _blocks(script))):
        return Orders((_opened(script),), count)
    found = _listed(script, enough)
    return Orders(tuple(found), len(found))


def _blocks(script: Script) -> list[Threads]:
    return [i for section in script.sections for i in section.body if isinstance(i, Threads)]


def _shared_parts(block: Threads) -> list[int]:
    """How many shared steps each thread has."""
    shared = shared_in(block)
    return [sum(map(shared, thread)) for thread in block.threads]


def _count_of(block: Threads) -> int:
    """The number of orders of the shared steps of threads."""
    lengths = _shared_parts(block)
    return factorial(sum(lengths)) // prod(map(factorial, lengths))


def _can_be_open(block: Threads) -> bool:
    """Whether threads can be run in all orders at once.

    Each has a vCPU of its own, no step looks at what another one's own calls do, and none can be refused.
    """
    own = [{step.who for step in thread} for thread in block.threads]
    return (
        prod(n + 1 for n in _shared_parts(block)) <= MOST_SETS
        and VM not in set().union(*own)
        and sum(map(len, own)) == len(set().union(*own))
        and not looks_around(block)
        and not any(step.call.name == "expire" for thread in block.threads for step in thread)
    )


def _opened(script: Script) -> Script:
    def opened(section: Section) -> Section:
        body = (replace(i, open=True) if isinstance(i, Threads) else i for i in section.body)
        return replace(section, body=tuple(body))

    return replace(script, sections=tuple(map(opened, script.sections)))


def _listed(script: Script, enough: str) -> list[Script]:
    found: list[Script] = []
    for sections in product(*(list(_ways(section, enough)) for section in script.sections)):
        found.append(replace(script, sections=sections))
        _count(found)
    return found


def _count(found: Sequence[object]) -> None:
    if len(found) > MOST:
        raise TooManyError(f"there are more than {MOST} orders of the threads")


First = Callable[[int, Sequence[int]], bool]
"""Whether the step of a number may come before those of others that take place at the same time."""


def settled(
    script: Script,
    length: Callable[[Gap], int],
    first: First = lambda one, others: True,
    last: int | None = None,
) -> Script:
    """The script with threads that are abreast, or open, in the order that the lengths of their gaps give.

    ``first`` is asked about steps at one time in open threads, those of the earlier threads before others.
    ``last``: which one of threads that are abreast comes last of those at one time.
    """
    number = 0

    def ordered(item: Step | Threads) -> Step | Threads:
        nonlocal number
        begin = number
        number += 1 if isinstance(item, Step) else sum(map(len, item.threads))
        if isinstance(item, Threads) and item.abreast:
            return replace(item, order=_abreast(item, length, last), abreast=False)
        if isinstance(item, Threads) and item.open:
            order = _by_time(item, length, begin, first)
            return replace(item, order=order, open=False)
        return item

    sections = [replace(each, body=tuple(map(ordered, each.body))) for each in script.sections]
    return replace(script, sections=tuple(sections))


def _abreast(block: Threads, length: Callable[[Gap], int], last: int | None) -> tuple[int, ...]:
    """The order of threads of one shared step each, of which one comes first."""
    times, shared = [], shared_in(block)
    for thread in block.threads:
        place = next(n for n, step in enumerate(thread) if shared(step))
        times.append(sum(length(step.gap) for step in thread[: place + 1]))
    first = block.order[0]
    by_time = sorted(range(len(times)), key=lambda n: (times[n], n != first, n == last))
    return tuple(n for n in by_time for _ in block.threads[n])


def _by_time(
    block: Threads, length: Callable[[Gap], int], number: int, first: First
) -> tuple[int, ...]:
    """The order of the parts of threads by the times of their shared steps."""
    order: list[int] = []
    rest: list[list[tuple[int, int, int]]] = []
    shared = shared_in(block)
    for n, thread in enumerate(block.threads):
        time, own = 0, []
        for part in parts(thread, shared):
            for step in part:
                time, number = time + length(step.gap), number + 1
                if shared(step):
                    own.append((time, number - 1, len(part)))
        rest.append(own)
        if not own:
            order += [n] * len(thread)
    while any(rest):
        soonest = min(own[0][0] for own in rest if own)
        now = [n for n, own in enumerate(rest) if own and own[0][0] == soonest]
        for n in now:
            others = [rest[other][0][1] for other in now if other != n]
            if n == now[-1] or first(rest[n][0][1], others):
                order += [n] * rest[n].pop(0)[2]
                break
    return tuple(order)


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
    shared = shared_in(threads)
    rest = [[len(part) for part in parts(thread, shared)] for thread in threads.threads]
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


def _merged(
    done: Sequence[int], rest: Sequence[Sequence[int]], like: bool
) -> Iterator[tuple[int, ...]]:
    if all(n == len(sizes) for n, sizes in zip(done, rest, strict=True)):
        yield ()
        return
    fresh = False
    for i, sizes in enumerate(rest):
        if done[i] == len(sizes) or (like and fresh and done[i] == 0):
            continue  # a like thread that starts later differs from this one by its number
        fresh = fresh or done[i] == 0
        after = [n + (j == i) for j, n in enumerate(done)]
        for later in _merged(after, rest, like):
            yield (*[i] * sizes[done[i]], *later)
