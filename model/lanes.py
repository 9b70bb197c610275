"""What a picture of a run shows: true time, the TSCs, what the vCPUs do, and what their guests read."""

from vtsc.language import Lane, Marks, Phase, Phases, Values

LANES = (
    Lane("true time", "host", Values("t")),
    Lane(
        "host's TSC",
        "host",
        Phases(
            (
                Phase("marked unstable", {"tsc_unstable": True}, "warning"),
                Phase("trusted"),
            )
        ),
    ),
    Lane("pCPU {number}: TSC", "pcpu", Values("tsc")),
    Lane(
        "vCPU {number}",
        "vcpu",
        Phases(
            (
                Phase("not created", {"created": False}),
                Phase(
                    "in guest on pCPU {cpu}, RDTSC traps",
                    {"in_guest": True, "tsc_trapping": True},
                    "active",
                ),
                Phase("in guest on pCPU {cpu}", {"in_guest": True}, "active"),
                Phase("loaded on pCPU {cpu}", {"loaded": True}, "ready"),
                Phase("not loaded"),
            )
        ),
    ),
    Lane("vCPU {number}: TSC offset", "vcpu", Values("tsc_offset")),
    Lane("vCPU {number}: sees", "vcpu", Marks("value")),
)
"""A guest sees the values of its reads, and, where timers are on, when its timer is delivered."""
