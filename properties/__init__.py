"""The registry of properties: name to property, in the order in which reports list them."""

from properties.bounded_lag import PROPERTY as BOUNDED_LAG
from properties.bounded_lead import PROPERTY as BOUNDED_LEAD
from properties.kvmclock_monotonic import PROPERTY as KVMCLOCK_MONOTONIC
from properties.kvmclock_monotonic_smp import PROPERTY as KVMCLOCK_MONOTONIC_SMP
from properties.monotonic import PROPERTY as MONOTONIC
from properties.monotonic_smp import PROPERTY as MONOTONIC_SMP
from properties.nonzero_delta import PROPERTY as NONZERO_DELTA
from properties.sometimes import SOMETIMES
from properties.timer_lateness import PROPERTY as TIMER_LATENESS
from vtsc.language import Property

PROPERTIES: dict[str, Property] = {
    p.name: p
    for p in (
        MONOTONIC,
        MONOTONIC_SMP,
        NONZERO_DELTA,
        BOUNDED_LAG,
        BOUNDED_LEAD,
        TIMER_LATENESS,
        KVMCLOCK_MONOTONIC,
        KVMCLOCK_MONOTONIC_SMP,
    )
}

__all__ = ["PROPERTIES", "SOMETIMES"]
