"""The causes of the saved counterexamples, written from the designs: whom to blame, or that nobody is."""

SVM, VMX = "model/designs/v2_6_35_svm.py", "model/designs/v2_6_35_vmx.py"
E48, PRE25, PATCH25 = (f"model/designs/{name}.py" for name in ("e48672fa", "pre25", "patch25"))
F38 = "model/designs/f38e098f.py"
V2637, TRAPPING = "model/designs/v2_6_37.py", "model/trapping.py"

LEFT = "vcpu.cpu != cpu"
REBASE = "vcpu.cpu != cpu or vcpu.tsc_rebase"
EITHER = "vcpu.cpu != cpu or host.tsc_unstable"
UNSTABLE = "host.tsc_unstable"
CATCHUP = "u64(wanted) > u64(tsc_timestamp)"
EMULATED = 'settings["trap_catchup"] == "emulated" and passthrough_resumes(vcpu)'
SEED = 'settings["trap_seed"] == "switch" and not vcpu.tsc_trapping'

CAUSES = {
    # A load on the same pCPU does not compensate, though the TSC fell while the vCPU was away.
    "2.6.35-svm.cstate.monotonic": [(9, SVM, LEFT)],
    "2.6.36-svm.cstate.monotonic": [(9, SVM, LEFT)],
    "e48672fa.cstate.monotonic": [(9, E48, LEFT)],
    "e48672fa.resetting.monotonic": [(8, E48, LEFT)],
    "pre25.resetting.monotonic": [(8, PRE25, EITHER)],
    "2.6.37.resetting.monotonic": [(8, V2637, EITHER)],
    "patch25.cstate.monotonic": [(9, PATCH25, REBASE)],
    "patch25.cstate.monotonic_smp": [(7, PATCH25, REBASE)],
    "patch25.cstate.bounded_lag": [(3, PATCH25, REBASE)],
    "patch25.cstate.bounded_lead": [(3, PATCH25, REBASE)],
    "patch25.slow.bounded_lag.timeslice=10ms.lag_bound=10ms": [(2, PATCH25, REBASE)],
    # Nor would it, had it been a load elsewhere: nobody has marked the TSC.
    "2.6.35-svm.resetting.monotonic": [(8, SVM, LEFT), (8, SVM, UNSTABLE)],
    "2.6.36-svm.resetting.monotonic": [(8, SVM, LEFT), (8, SVM, UNSTABLE)],
    # A load elsewhere does not compensate for another TSC, which is not marked.
    "2.6.35-svm.skewed.monotonic": [(7, SVM, UNSTABLE)],
    "2.6.36-svm.skewed.monotonic": [(7, SVM, UNSTABLE)],
    "2.6.37.skewed.monotonic_smp": [(2, V2637, UNSTABLE)],
    "patch25.skewed.monotonic_smp": [(2, PATCH25, UNSTABLE)],
    # VMX compensates only towards a lower TSC, and compares what has wrapped.
    "2.6.35-vmx.skewed.monotonic": [(15, VMX, "tsc_this < vcpu.host_tsc")],
    # The catch-up after a reset compares as unsigned, and leaves a TSC alone that has wrapped.
    "patch25.resetting.monotonic": [(9, PATCH25, CATCHUP)],
    # Compensation takes away the time that the vCPU spent off its pCPU.
    "pre25.cstate.bounded_lag": [(2, PRE25, UNSTABLE)],
    "pre25.fast.bounded_lag": [(2, PRE25, UNSTABLE)],
    "pre25.cstate.monotonic_smp": [(6, PRE25, UNSTABLE)],
    "2.6.37.cstate.monotonic_smp.clock_resolution=4ms": [(6, V2637, UNSTABLE)],
    "2.6.37.cstate.bounded_lag.clock_resolution=4ms.lag_bound=3999998ns": [(2, V2637, UNSTABLE)],
    "2.6.37.slow.bounded_lag.clock_resolution=10ms.timeslice=4ms.lag_bound=4ms": [
        (2, V2637, UNSTABLE)
    ],
    # A load elsewhere takes the guest's TSC on from what it had read, and INIT takes the offset away.
    "2.6.35-svm.slow.monotonic.init_sipi=on": [(4, SVM, UNSTABLE)],
    # The page is written anew, from another moment than the one that the guest counted on from.
    "f38e098f.stable.kvmclock_monotonic.pcpus=1.clock_resolution=10ms.kvmclock=on": [
        (7, F38, "vcpu.time_page")
    ],
    "before-c8076604.fast.kvmclock_monotonic.pcpus=1.virtual_khz=2000000.kvmclock=on.cpufreq=on": [
        (8, SVM, "vcpu.time_page")
    ],
    # The catch-up follows a coarse clock that has just stepped.
    "2.6.37.cstate.bounded_lead.clock_resolution=4ms.lead_bound=3999998ns": [(3, PATCH25, CATCHUP)],
    # The catch-up takes the TSC past the timer's deadline at once.
    "2.6.37.slow.timer_lateness.timeslice=1ms.early_bound=unbounded": [(8, PATCH25, CATCHUP)],
    "2.6.37.slow.timer_lateness.timeslice=1ms.accelerate_by=500us.early_bound=unbounded": [
        (8, PATCH25, CATCHUP)
    ],
    "2.6.37.slow.timer_lateness.timeslice=1ms.timer_least=500us.accelerate_by=499999ns."
    "early_bound=unbounded": [(8, PATCH25, CATCHUP)],
    "2.6.37.slow.timer_lateness_at_most_1499999.timeslice=1ms": [(8, PATCH25, CATCHUP)],
    # The seed of the trapped reads takes over a native value that has wrapped.
    "patch25.cstate.monotonic.vcpus=2.trapping=unstable.trap_seed=switch.rdtsc_emulation=bump-vm": [
        (8, TRAPPING, "u64(value) > last_emulated(vcpu, settings)")
    ],
    # Two trapped reads within one step of the clock, and nothing is added to the second.
    "patch25.cstate.nonzero_delta.vcpus=2.clock_resolution=10ms.trapping=unstable": [
        (6, TRAPPING, 'how == "bump-vm"')
    ],
    "patch25.cstate.nonzero_delta.vcpus=2.clock_resolution=10ms.trapping=unstable."
    "rdtsc_emulation=estimate": [(7, TRAPPING, 'how == "bump-vm"')],
    # Trapped reads begin without a seed from the last native one.
    "patch25.cstate.nonzero_delta.vcpus=2.clock_resolution=10ms.trapping=unstable."
    "rdtsc_emulation=bump-vcpu": [(7, TRAPPING, SEED)],
    "patch25.cstate.nonzero_delta.vcpus=2.clock_resolution=10ms.trapping=unstable."
    "rdtsc_emulation=bump-vm": [(7, TRAPPING, SEED)],
    "patch25.slow.nonzero_delta.vcpus=2.clock_resolution=10ms.trapping=unstable."
    "rdtsc_emulation=bump-vcpu": [(7, TRAPPING, SEED)],
    "patch25.slow.monotonic_smp.clock_resolution=10ms.trapping=unstable.rdtsc_emulation=bump-vcpu": [
        (7, TRAPPING, SEED)
    ],
    # Trapping has ended in the decision itself, so the exit rule sees nothing to catch up for.
    "patch25.slow.monotonic.vcpus=2.kvmclock=any.trapping=unstable.trap_clear=immediate": [
        (7, PATCH25, "catchup")
    ],
    # The catch-up at the end of trapping knows nothing of the bumps.
    "patch25.slow.monotonic.vcpus=2.rdtsc_cycles=0.kvmclock=any.trapping=unstable."
    "rdtsc_emulation=bump-vcpu": [
        (
            7,
            TRAPPING,
            'settings["trap_catchup"] == "emulated" and passthrough_resumes(vcpu)',
        )
    ],
    # Bumps have run ahead of the clock, from which passthrough goes on.
    "2.6.37.cstate.monotonic.vcpus=2.kvmclock=any.trapping=unstable.trap_switch=kick.trap_seed=decision."
    "rdtsc_emulation=bump-vcpu.emul_bump=2": [(8, TRAPPING, EMULATED)],
    "patch25.cstate.monotonic.vcpus=2.kvmclock=any.trapping=unstable.trap_switch=kick.trap_seed=decision."
    "trap_catchup=emulated.rdtsc_emulation=bump-vcpu.emul_bump=2": [(8, PATCH25, CATCHUP)],
    # Native reads after the decision, or before it, are not what the first trapped read begins from.
    "patch25.cstate.nonzero_delta.vcpus=2.clock_resolution=10ms.trapping=unstable.trap_seed=decision."
    "rdtsc_emulation=bump-vcpu": [(7, TRAPPING, SEED)],
    "patch25.cstate.nonzero_delta.vcpus=2.clock_resolution=10ms.trapping=unstable.trap_switch=kick."
    "rdtsc_emulation=bump-vcpu": [(6, TRAPPING, SEED)],
    # Trapped reads within a tick are equal where nothing is added.
    "patch25.cstate.nonzero_delta.vcpus=2.clock_resolution=10ms.trapping=unstable.trap_switch=kick."
    "trap_seed=decision.rdtsc_emulation=bump-vcpu.emul_bump=0": [
        (3, TRAPPING, "vcpu.tsc_mode == TRAP")
    ],
}
"""For each file the conditions: the step in which they were evaluated, the file and the text."""
BEYOND = {
    # Whatever the guest writes, or INIT resets, is taken without a condition.
    "99e3e30a.stable.monotonic_smp.tsc_writes=on.tsc_writes_until=4s": [],
    "58877679-svm.stable.monotonic.init_sipi=on": [],
    # The TSC of the pCPU runs at another rate while the guest runs, and no line of the design does.
    "2.6.37.fast.bounded_lead": ["stable", "skewed", "cstate", "slow", "resetting"],
    "patch25.fast.bounded_lead": ["stable", "skewed", "cstate", "slow", "resetting"],
    "pre25.fast.bounded_lead": ["stable", "skewed", "cstate", "slow", "resetting"],
    "2.6.37.slow.bounded_lag": ["stable", "skewed", "cstate", "fast", "resetting"],
    "patch25.slow.bounded_lag": ["stable", "skewed", "cstate", "fast", "resetting"],
    "pre25.slow.bounded_lag": ["stable", "skewed", "cstate", "fast", "resetting"],
    "2.6.37.slow.bounded_lag.exit_interval=1ms.entry_delay=1ms": [
        "stable", "skewed", "cstate", "fast", "resetting"
    ],
    "2.6.37.slow.bounded_lag_at_most_4999999.timeslice=10ms": [
        "stable", "skewed", "cstate", "fast", "resetting"
    ],
    "2.6.37.slow.monotonic_smp": ["stable", "skewed", "cstate", "fast", "resetting"],
    "2.6.37.slow.timer_lateness.timeslice=1ms.timer_least=500us.accelerate_by=500us."
    "early_bound=999999ns.late_bound=unbounded": ["stable", "skewed", "cstate", "fast", "resetting"],
    # VMX notes no TSC at a put, so no condition of the next load can compensate.
    "2.6.35-vmx.cstate.monotonic": ["stable", "skewed", "slow", "fast", "resetting"],
    # Compensation keeps each vCPU's own TSC going; it does not make those of two vCPUs agree.
    "pre25.skewed.monotonic_smp": ["stable", "cstate", "slow", "fast", "resetting"],
    # The host's timer is told to fire earlier than the guest asked for, by a parameter.
    "2.6.37.stable.timer_lateness.accelerate_by=100us": [],
}  # fmt: skip
"""Files in which no condition is to blame, with the hosts on which the same calls and inputs do no harm."""
