"""The flags that 25/35 spreads its mode over, and a "sometimes" for each combination of their values."""

from itertools import product
from typing import Any

from vtsc.language import Sometimes, Step, both, negation

FLAGS = ("unstable", "rebase", "update", "trap", "trapping", "page")
"""tsc_unstable, tsc_rebase, CLOCK_UPDATE pending, tsc_mode is TRAP, tsc_trapping, time_page."""
Combination = tuple[bool, ...]


def values(state: Any) -> tuple[Any, ...]:
    """The flags of vCPU 0, in the order of `FLAGS`."""
    v = state.vm.vcpus[0]
    trap = v.tsc_mode == 1
    pending = v.request_clock_update
    return state.host.tsc_unstable, v.tsc_rebase, pending, trap, v.tsc_trapping, v.time_page


class Combined(Sometimes):
    """After some step the flags of vCPU 0 have these values."""

    def __init__(self, wanted: Combination) -> None:
        self.wanted = wanted
        self.name = "flags_" + "".join("1" if x else "0" for x in wanted)
        self.claim = "the flags are " + ", ".join(
            f for f, x in zip(FLAGS, wanted, strict=True) if x
        )

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether they have them now."""
        result = True
        for value, wanted in zip(values(state), self.wanted, strict=True):
            result = both(result, value if wanted else negation(value))
        return result


COMBINATIONS = tuple(product((False, True), repeat=len(FLAGS)))
