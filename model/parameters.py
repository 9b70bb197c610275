"""The parameters of the model with unit, range and default."""

from collections.abc import Mapping

from model.combinations import check_combinations
from model.designs import DESIGNS
from model.designs.base import Design
from model.protocols import check_protocol
from vtsc.language import Parameter, Settings, UsageError, settle

ON_OFF = ("off", "on")
_ALL = (
    Parameter("vcpus", "integer", "1", "vCPUs of the VM (monotonic_smp: 2)", 1, 8),
    Parameter("pcpus", "integer", "2", "physical CPUs", 1, 8),
    Parameter("vendor", "choice", "svm", "which of two vendor rules", choices=("svm", "vmx")),
    Parameter("virtual_khz", "frequency", "1000000", "nominal and virtual TSC rate", 1, 10**9),
    Parameter(
        "clock_resolution", "duration", "1ns", "step of the kernel clock", 0, 10**12, above=True
    ),
    Parameter(
        "clock_resolution_unstable",
        "duration",
        "same",
        "the same once TSC is unstable",
        0,
        10**12,
        above=True,
        optional=True,
        absent="same",
    ),
    Parameter("timeslice", "duration", "none", "longest load to put", 0, 10**18, True, True),
    Parameter(
        "dormancy", "duration", "none", "longest put (creation) to load", 0, 10**18, True, True
    ),
    Parameter(
        "exit_interval", "duration", "none", "longest time in guest mode", 0, 10**18, True, True
    ),
    Parameter(
        "entry_delay",
        "duration",
        "none",
        "longest time loaded, out of guest mode",
        0,
        10**18,
        True,
        True,
    ),
    Parameter("rdtsc_cycles", "integer", "1", "least TSC cycles that an RDTSC takes", 0, 10**6),
    Parameter("rdtsc_overlap", "choice", "off", "vCPUs read at the same time", choices=ON_OFF),
    Parameter(
        "kvmclock",
        "choice",
        "off",
        "page never, from creation, toggled",
        choices=("off", "on", "any"),
    ),
    Parameter(
        "catchup_guard",
        "choice",
        "not-kvmclock",
        "when patch25 catches up (G1..G4)",
        choices=("not-kvmclock", "unstable-or-not", "always", "slower"),
    ),
    Parameter(
        "trapping", "choice", "off", "trap RDTSC; with 2 vcpus or more", choices=("off", "unstable")
    ),
    Parameter(
        "trap_clear", "choice", "deferred", "how trapping ends", choices=("deferred", "immediate")
    ),
    Parameter("trap_on_host_mark", "choice", "on", "the host's mark decides anew", choices=ON_OFF),
    Parameter(
        "trap_switch",
        "choice",
        "each",
        "who waits for whom when a decision changes",
        choices=("each", "kick", "together"),
    ),
    Parameter("trap_page", "choice", "each", "whose page ends trapping", choices=("each", "all")),
    Parameter(
        "trap_seed",
        "choice",
        "none",
        "what trapping's start raises last_emul to",
        choices=("none", "switch", "decision"),
    ),
    Parameter(
        "trap_catchup",
        "choice",
        "mail",
        "when trapping's end catches up",
        choices=("mail", "always", "never", "emulated"),
    ),
    Parameter(
        "rdtsc_emulation",
        "choice",
        "clock",
        "value of a trapped RDTSC (E0..E3)",
        choices=("clock", "bump-vcpu", "bump-vm", "estimate"),
    ),
    Parameter("emul_bump", "integer", "1", "bump per trapped read, cycles", 0, 10**6),
    Parameter(
        "last_emul", "choice", "keep", "what trapping's end does to it", choices=("keep", "reset")
    ),
    Parameter(
        "tick_seen",
        "choice",
        "at-step",
        "when a pCPU sees the clock step",
        choices=("at-step", "late"),
    ),
    Parameter(
        "sampling_gap", "duration", "0ns", "longest time from TSC to clock sample", 0, 10**12
    ),
    Parameter("smp_tolerance", "integer", "0", "cycles that monotonic_smp forgives", 0, 10**12),
    Parameter(
        "skew_max",
        "integer",
        "unbounded",
        "largest distance of skewed TSCs, cycles",
        optional=True,
        absent="unbounded",
    ),
    Parameter("lag_bound", "duration", "1ms", "what bounded_lag allows", 0, 10**18),
    Parameter("lead_bound", "duration", "1ms", "what bounded_lead allows", 0, 10**18),
    Parameter("host_rate_min", "ratio", "1/2", "host slow: least rate", 0, 1),
    Parameter("host_rate_max", "ratio", "2", "host fast: greatest rate", 1, 1000),
    Parameter("create_anytime", "choice", "off", "creating a vCPU is an action", choices=ON_OFF),
    Parameter(
        "timer", "choice", "off", "the guest arms a timer (timer_lateness: on)", choices=ON_OFF
    ),
    Parameter(
        "timer_clock", "choice", "kernel", "what host timers run on", choices=("kernel", "true")
    ),
    Parameter(
        "timer_least", "duration", "1ns", "shortest time to arm a timer for", 0, 10**18, above=True
    ),
    Parameter("accelerate_by", "duration", "0ns", "host timers fire this much early", 0, 10**12),
    Parameter(
        "accelerate_lag",
        "choice",
        "off",
        "and by the lag that KVM knows of, at",
        choices=("off", "arm", "put"),
    ),
    Parameter(
        "early_bound",
        "duration",
        "0ns",
        "what timer_lateness allows before",
        0,
        10**18,
        optional=True,
        absent="unbounded",
    ),
    Parameter(
        "late_bound",
        "duration",
        "1ms",
        "what timer_lateness allows after",
        0,
        10**18,
        optional=True,
        absent="unbounded",
    ),
    Parameter("init_sipi", "choice", "off", "INIT and SIPI reset vCPUs", choices=ON_OFF),
    Parameter("tsc_writes", "choice", "off", "the guest sets each TSC, once", choices=ON_OFF),
    Parameter(
        "tsc_writes_until", "duration", "none", "and by then at the latest", 0, 10**18, True, True
    ),
    Parameter("cpufreq", "choice", "off", "host fast: known rates that change", choices=ON_OFF),
    Parameter(
        "clock_reads", "choice", "off", "the guest reads kvmclock (kvmclock_*: on)", choices=ON_OFF
    ),
    Parameter(
        "guest_last_value", "choice", "on", "it shows no less than on any vCPU", choices=ON_OFF
    ),
)
PARAMETERS: dict[str, Parameter] = {p.name: p for p in _ALL}


def resolve(
    design: str,
    given: Mapping[str, str],
    defaults: Mapping[str, str],
    designs: Mapping[str, type[Design]] = DESIGNS,
) -> Settings:
    """The effective settings of a cell; raises `UsageError` for a combination with no meaning.

    ``defaults`` are a property's own, and yield to ``given``.
    """
    kind = designs[design]
    if "catchup_guard" in given and not kind.guarded:
        able = ", ".join(name for name, d in designs.items() if d.guarded)
        raise UsageError(f"catchup_guard has no meaning in design {design}, only in {able}")
    if defaults.get("timer") == "on" and given.get("timer") == "off":
        raise UsageError("timer=off: a property of timers has no meaning without them")
    if defaults.get("clock_reads") == "on" and given.get("clock_reads") == "off":
        raise UsageError("clock_reads=off: a property of kvmclock has no meaning without them")
    return check(design, {"vendor": kind.vendors[0], **defaults, **given}, designs)


def check(
    design: str, given: Mapping[str, str], designs: Mapping[str, type[Design]] = DESIGNS
) -> Settings:
    """The settings that ``given`` makes of the defaults, where they have a meaning together."""
    kind, settings = designs[design], settle(PARAMETERS, given)
    if settings["vendor"] not in kind.vendors:
        raise UsageError(
            f"vendor={settings['vendor']}: design {design} has vendor={kind.vendors[0]} only"
        )
    if settings["trapping"] != "off" and not kind.traps:
        able = ", ".join(name for name, d in designs.items() if d.traps)
        raise UsageError(
            f"trapping={settings['trapping']}: design {design} cannot trap, only {able}"
        )
    if settings["accelerate_lag"] != "off" and not knows_lag(kind):
        able = ", ".join(name for name, d in designs.items() if knows_lag(d))
        raise UsageError(
            f"accelerate_lag={settings['accelerate_lag']}: design {design} knows no lag, only {able}"
        )
    if settings["trapping"] != "off" and settings["vcpus"] < 2:
        raise UsageError(f"trapping={settings['trapping']} needs vcpus of 2 or more")
    check_protocol(settings)
    check_combinations(settings)
    return settings


def knows_lag(kind: type[Design]) -> bool:
    """Whether a design has `compute_guest_tsc`, by which KVM knows how far a guest's TSC is behind."""
    return kind.compute_guest_tsc is not Design.compute_guest_tsc
