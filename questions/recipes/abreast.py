"""Runs close threads of which one comes first, in an order that stands for all orders of the others.

What their order leaves open is which of them writes last, and with it which vCPUs ask for a new master clock.
A run that is to know that has an unknown for each of the others, which says that it is the last one.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from questions.recipes.lattice import latest
from questions.recipes.script import Gap, Step, Threads
from questions.recipes.sharing import shared_in
from questions.recipes.world import World
from vtsc.language import both, either, negation, require, u64

Written = tuple[int, int, Any, Any, Any]
"""A write after the first: by which thread and vCPU, when, whether that has asked before, and asks now."""


class Last(Protocol):
    """Says which of some threads is the last one; see `questions.recipes.lasts.Lasts`."""

    def last(self, threads: Sequence[int], times: Sequence[Any]) -> Sequence[Any]:
        """For each thread, by its number and the time of its step, whether it is the last one."""
        ...

    def same(self, values: Sequence[Any]) -> bool:
        """Whether values are the same term."""
        ...


def play_abreast(
    world: World,
    block: Threads,
    delay: Callable[[Gap], Any],
    perform: Callable[[World, Step], None],
    last: Last | None,
) -> None:
    """Run threads, each of which makes one shared step, the first one in their order before the others.

    Without ``last``, what is said of requests for a master clock is that of the order that is run.
    """
    begin, shared = world.time, shared_in(block)
    who = {n: block.threads[n][0].who for n in dict.fromkeys(block.order)}
    world.asked = all(world.vcpu(v).wants_master is True for v in who.values())
    others = [world.vcpu(v) for v in [*who.values()][1:]]
    before = [[getattr(vcpu, name) for vcpu in others] for name in ("generation", "khz")]
    ends: list[Any] = []
    written: list[Written] = []
    soonest: Any = None
    compared: tuple[Any, ...] = ()
    for n, v in who.items():
        vcpu, world.time = world.vcpu(v), begin
        for step in block.threads[n]:
            world.time = world.time + delay(step.gap)
            if not shared(step):
                perform(world, step)
            elif not compared:
                soonest = world.time
                perform(world, step)
                compared = _writing(world, soonest - begin)
            else:
                require(soonest <= world.time)
                _put_writing(world, compared)
                asked, vcpu.wants_master = vcpu.wants_master, False
                perform(world, step)
                world.matched.append(world.notes.get(f"matched.{world.calls[-1]}"))
                written.append((n, v, world.time, asked, vcpu.wants_master))
                vcpu.wants_master = either((asked, vcpu.wants_master))
        ends.append(world.time)
    if last is not None:
        world.settled = all(map(last.same, (*before, [w[-1] for w in written[:-1]])))
        _leave_open(world, written, last)
    world.time = latest(world, [soonest, *ends])


def _leave_open(world: World, written: Sequence[Written], last: Last) -> None:
    """Let each vCPU have asked as the last one does if it is that, and otherwise as those before it do."""
    threads, vcpus, times, before, asks = zip(*written, strict=True)
    if last.same((asks[0], asks[-1])) or all(asked is True for asked in before):
        return
    for v, asked, is_last in zip(vcpus, before, last.last(threads, times), strict=True):
        here = both(is_last, asks[-1]), both(negation(is_last), asks[0])
        world.vcpu(v).wants_master = either((asked, *here))


def _writing(world: World, ago: Any) -> tuple[Any, ...]:
    """What the next write of a TSC is compared with, as it would have been so long ago.

    That is the same, and what has elapsed since then is not negative whatever the order of the threads is.
    """
    vm = world.vm
    return u64(vm.last_nsec - ago), u64(vm.last_write - ago), vm.last_khz, vm.last_offset


def _put_writing(world: World, before: tuple[Any, ...]) -> None:
    vm = world.vm
    vm.last_nsec, vm.last_write, vm.last_khz, vm.last_offset = before
