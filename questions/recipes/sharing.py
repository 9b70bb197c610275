"""Which steps of threads depend on what other threads do, or they on them: the *shared* ones.

Only the order of shared steps matters. Most calls have to do with their own vCPU alone. Where a step takes
what another vCPU's own calls change or read, as in ``KVM_SET_MSRS TSC_DEADLINE=now(v1)``, all steps of its
threads are shared but waits.
"""

from collections.abc import Callable, Iterator, Sequence

from questions.recipes.script import Now, Op, Saved, Step, Threads, Value

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
"""The calls that have to do with their own vCPU alone; so has KVM_SET_MSRS without an MSR of all."""
OF_ALL = ("TSC", "REFERENCE_TSC")
"""The MSRs whose write other vCPUs see something of: Hyper-V's page is one for the VM."""
BY_SHARED = ("TSC", "tsc", "TSC_OFFSET", "deadline", "stimer")
"""The fields whose present value shared steps alone change; a guest's timers are told by its TSC."""

Shared = Callable[[Step], bool]
"""Whether a step is shared."""


def shared_in(block: Threads) -> Shared:
    """Which steps of threads are shared."""
    return _is_no_wait if looks_around(block) else is_shared


def is_shared(step: Step) -> bool:
    """Whether a step depends on what other threads do, or they on it, where none looks around."""
    if step.call.name == "KVM_SET_MSRS":
        return any(name in OF_ALL for name, _ in step.call.fields)
    return step.call.name not in OWN


def _is_no_wait(step: Step) -> bool:
    return step.call.name != "wait"


def looks_around(block: Threads) -> bool:
    """Whether a step of threads takes what another vCPU's own calls change or read."""
    every = [step for thread in block.threads for step in thread]
    read = {
        (step.who, name)
        for step in every
        if step.call.name in ("KVM_GET_MSRS", "KVM_GET_DEVICE_ATTR", "KVM_GET_TSC_KHZ")
        for name in (dict(step.call.fields) or ("khz",))
    }
    return any(
        (who, what) in read if is_saved else what not in BY_SHARED or not is_shared(step)
        for step in every
        for who, what, is_saved in _of_others(step)
    )


def _of_others(step: Step) -> Iterator[tuple[int, str, bool]]:
    """What a step takes of other vCPUs: whose, which field, and whether it is what was saved of it."""
    for name, value in step.call.fields:
        for each in leaves(value):
            if isinstance(each, Now | Saved) and each.vcpu not in (None, step.who):
                yield each.vcpu or 0, each.field or name, isinstance(each, Saved)
            elif isinstance(each, Now) and each.field == "clock":
                yield step.who, "clock", False


def leaves(value: Value | None) -> Iterator[Value]:
    """The values that a value is computed from."""
    if isinstance(value, Op):
        yield from leaves(value.left)
        yield from leaves(value.right)
    elif value is not None:
        yield value


def parts(thread: Sequence[Step], shared: Shared) -> list[tuple[Step, ...]]:
    """The parts of a thread: each ends with a shared step, and the last one with the thread."""
    found: list[tuple[Step, ...]] = []
    begin = 0
    for end, step in enumerate(thread, 1):
        if shared(step):
            found.append(tuple(thread[begin:end]))
            begin = end
    if begin < len(thread):
        rest = tuple(thread[begin:])
        found = [*found[:-1], (*found[-1], *rest)] if found else [rest]
    return found
