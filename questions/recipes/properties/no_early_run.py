"""No vCPU runs before the clocks are set."""

from questions.recipes.properties.property import Parameters, RecipeProperty, Seen
from questions.recipes.script import RUNS, VM, steps

CLOCKS = ("KVM_SET_CLOCK", "KVM_SET_MSRS", "KVM_SET_DEVICE_ATTR", "KVM_SET_TSC_KHZ")


def claim(seen: Seen, parameters: Parameters) -> bool:
    """No KVM_RUN of a vCPU comes before a clock step of the VM or of that vCPU."""
    for section in seen.script.sections:
        ran: set[int] = set()
        for step in steps(section):
            if step.call.name in RUNS:
                ran.add(step.who)
            elif step.call.name in CLOCKS and (ran if step.who == VM else step.who in ran):
                return False
    return True


def _both_are_there(seen: Seen, parameters: Parameters) -> bool:
    """Whether a section has a run and a step that sets a clock."""
    names = [{step.call.name for step in steps(section)} for section in seen.script.sections]
    return any(own & {*RUNS} and own & {*CLOCKS} for own in names)


PROPERTY = RecipeProperty(
    "no_early_run",
    "no vCPU runs before the steps that set its clocks",
    claim,
    failing="the guest sees clocks that are not set yet",
    sometimes=_both_are_there,
    otherwise="no section has both a KVM_RUN and a step that sets a clock",
)
