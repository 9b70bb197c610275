"""Host contracts: what the hardware may do to its TSCs. [choice-contracts]"""

from typing import Any, ClassVar


class Contract:
    """A host contract: what the hardware may do to its TSCs. The base class has that of `stable`."""

    name = "stable"
    promise = "all TSCs equal, advancing with true time"
    may_mark: ClassVar[bool] = False
    may_suspend: ClassVar[bool] = False
    may_jump: ClassVar[bool] = False
    skewed: ClassVar[bool] = False
    rates_vary: ClassVar[bool] = False
    """Whether pCPUs leave the nominal rate once the TSC counts as unstable. [choice-rates]"""

    steps: ClassVar[bool] = False
    """Whether with cpufreq=on a pCPU's rate is one of two, and changes by an action. [choice-cpufreq]"""

    def rates(self, settings: Any) -> tuple[Any, Any]:
        """The least and the greatest rate relative to the nominal one, where ``rates_vary``."""
        return 1, 1


class Stable(Contract):
    """All TSCs are equal and advance with true time."""


class Skewed(Contract):
    """TSCs are a constant apart and advance with true time."""

    name = "skewed"
    promise = "TSCs a constant apart, advancing with true time"
    skewed = True


class Cstate(Contract):
    """Like `stable` until the TSC is marked; from then on an idle pCPU's TSC may take any value."""

    name = "cstate"
    promise = "as stable; once marked unstable, the TSC of an idle pCPU may take any value"
    may_mark = True
    may_jump = True


class Slow(Contract):
    """Like `stable` until the TSC is marked; from then on pCPUs may run slower than nominal."""

    name = "slow"
    promise = "as stable; once marked unstable, pCPUs run at host_rate_min to 1 of nominal"
    may_mark = True
    rates_vary = True

    def rates(self, settings: Any) -> tuple[Any, Any]:
        return settings["host_rate_min"], 1


class Fast(Contract):
    """Like `stable` until the TSC is marked; from then on pCPUs may run faster than nominal."""

    name = "fast"
    promise = "as stable; once marked unstable, pCPUs run at 1 to host_rate_max of nominal"
    may_mark = True
    rates_vary = True
    steps = True

    def rates(self, settings: Any) -> tuple[Any, Any]:
        return 1, settings["host_rate_max"]


class Resetting(Contract):
    """Like `stable`, but a host suspend sets every TSC to 1."""

    name = "resetting"
    promise = "as stable; a host suspend sets every TSC to 1"
    may_suspend = True


CONTRACTS: dict[str, Contract] = {
    c.name: c for c in (Stable(), Skewed(), Cstate(), Slow(), Fast(), Resetting())
}
