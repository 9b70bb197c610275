"""Runs close threads of which one comes first, in an order that stands for all orders of the others.

What their order leaves open is which of them writes last, and with it which vCPUs ask for a new master clock.
A run that is to know that has an unknown for each of the others, which says that it is the last one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from questions.recipes.lattice import latest
from questions.recipes.script import Gap, Step, Threads
from questions.recipes.sharing import shared_in
from questions.recipes.world import World
from vtsc.language import both, either, negation, require, u64


class Last(Protocol):
    """Says which of some threads is the last one."""

    def last(self, threads: Sequence[int], times: Sequence[Any]) -> Sequence[Any]:
        """For each thread, by its number and the time of its step, whether it is the last one."""
        ...

    def same(self, values: Sequence[Any]) -> bool:
        """Whether values are the same in all runs, as far as it can be seen."""
        ...


@dataclass(frozen=True)
class _Written:
    """A write after the first one: by which thread and vCPU, and when.

    ``before``: whether the vCPU had asked for a new master clock before. ``asks``: whether it does so now.
    """

    thread: int
    vcpu: int
    time: Any
    before: Any
    asks: Any


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
    ends, written = [], []
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
                written.append(_Written(n, v, world.time, asked, vcpu.wants_master))
                vcpu.wants_master = either((asked, vcpu.wants_master))
        ends.append(world.time)
    if last is not None:
        asking = [each.asks for each in written[:-1]]
        world.settled = all(map(last.same, (*before, asking)))
        _leave_open(world, written, last)
    world.time = latest(world, [soonest, *ends])


def _leave_open(world: World, written: Sequence[_Written], last: Last) -> None:
    """Let each vCPU have asked as the last one does if it is that, and otherwise as those before it do."""
    middle, end = written[0].asks, written[-1].asks
    if last.same((middle, end)) or all(each.before is True for each in written):
        return
    flags = last.last([each.thread for each in written], [each.time for each in written])
    for each, is_last in zip(written, flags, strict=True):
        asks = either((both(is_last, end), both(negation(is_last), middle)))
        world.vcpu(each.vcpu).wants_master = either((each.before, asks))


def _writing(world: World, ago: Any) -> tuple[Any, ...]:
    """What the next write of a TSC is compared with, as it would have been so long ago.

    That is the same, and what has elapsed since then is not negative whatever the order of the threads is.
    """
    vm = world.vm
    return u64(vm.last_nsec - ago), u64(vm.last_write - ago), vm.last_khz, vm.last_offset


def _put_writing(world: World, before: tuple[Any, ...]) -> None:
    vm = world.vm
    vm.last_nsec, vm.last_write, vm.last_khz, vm.last_offset = before
