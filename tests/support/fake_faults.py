"""What a fake of /dev/kvm may do wrong."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Faults:
    """What the fake does wrong, beyond the rules that it is given."""

    clock_off_ns: int = 0
    """What KVM_GET_CLOCK is off under the master clock."""
    raw_off_ppb: int = 0
    """How much the raw clock, as KVM samples it, runs faster than it should."""
    version_step: int = 0
    """What each run adds to the version of the vCPU's page."""
    no_delayed: bool = False
    """Whether the delayed part of global updates never comes."""
    updates_on_guest_tsc: bool = False
    """Whether the guest's write of its TSC brings a new page."""
    forgets_rate: bool = False
    """Whether KVM_GET_TSC_KHZ says the host's rate after a refusal."""
    ratio_off: int = 0
    """What a scaling ratio is off, in 2^-48."""
    offset_unscaled: bool = False
    """Whether a write computes its offset from the host's TSC, and not from the scaled one."""
    matches_any_rate: bool = False
    """Whether a write may match one by a vCPU of another rate."""
    page_unscaled: bool = False
    """Whether pages have the multiplier of the host's rate."""
    pair_unscaled: bool = False
    """Whether pages have the host's TSC, unscaled, and the vCPU's offset."""
    rate_kept: bool = False
    """Whether a rate that is set back to the host's leaves the ratio as it was."""


NONE = Faults()
