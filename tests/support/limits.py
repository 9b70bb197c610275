"""Parameters that limit how long a vCPU may be in a mode, for tests of progress."""

LIMITS = ("timeslice", "dormancy", "exit_interval", "entry_delay")
CYCLES = {"rdtsc_cycles": "2"}
"""A read of two cycles, which are two nanoseconds."""
