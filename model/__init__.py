"""The time that a KVM guest sees: all that the checker knows of it comes from `MODEL`."""

from collections.abc import Mapping
from functools import partial

from model.designs import DESIGNS, Design, registry
from model.events import TIMELINE
from model.host.contracts import CONTRACTS
from model.lanes import LANES
from model.lemmas.arithmetic import all_claims
from model.machine import Machine
from model.parameters import PARAMETERS, check, resolve
from vtsc.language import Domain, Settings

COMMANDS = (
    ("litmus", "decide how small guest programs can end", "questions.litmus"),
    (
        "recipe",
        "decide whether a VMM's save or restore keeps a guest's time",
        "questions.recipes.command",
    ),
    ("claims", "answer what the mail claims and asks", "questions.claims"),
    ("drift", "tell how kvmclock drifts on a host of a given TSC rate", "conformance.drift"),
    ("explain", "explain a trace of KVM's clock events by the rules", "conformance.explain"),
    ("live", "compare the kernel of this host with the rules", "conformance.live"),
)


def build(
    design: str, host: str, settings: Settings, designs: Mapping[str, type[Design]] = DESIGNS
) -> Machine:
    """The machine of a design on a host."""
    return Machine(designs[design](settings), CONTRACTS[host], settings)


def domain(designs: Mapping[str, type[Design]]) -> Domain:
    """The model with these designs."""
    return Domain(
        parameters=PARAMETERS,
        designs={name: design.title for name, design in designs.items()},
        hosts={name: contract.promise for name, contract in CONTRACTS.items()},
        resolve=partial(resolve, designs=designs),
        check=partial(check, designs=designs),
        assumed="host TSCs (cycles), true time and the kernel clock (time units) stay below 2^62",
        columns=("host.t", "pcpu.tsc"),
        opening=("vcpu.tsc_offset",),
        rules=("model/designs/", "model/trapping.py", "model/page.py"),
        shared_rules=("base.py",),
        kinds={"vcpu": "vcpus", "pcpu": "pcpus"},
        # the vCPU that acts; the pCPU it is on, the one it goes to, and one that a lemma names
        spare={"vcpu": 1, "pcpu": 3},
        build=partial(build, designs=designs),
        functions=all_claims(),
        typical_input=3_000_000,  # time units or cycles
        design=Design,
        including=including,
        commands=COMMANDS,
        lanes=LANES,
        timeline=TIMELINE,
    )


def including(design: type[Design]) -> Domain:
    """The model with one more design."""
    return domain(registry([*DESIGNS.values(), design]))


MODEL = domain(DESIGNS)
