"""Hyper-V timers in recipes: a guest arms them by its own count, and the host fires them by its own."""

import pytest

from model.today import rules_named
from questions.recipes.asking import Asked, answered
from questions.recipes.deciding import decide
from questions.recipes.fitting import script
from questions.recipes.reading.file import read_file
from vtsc.base.errors import BadFileError

RESTORED = """\
title = "a guest that runs before its clock is set, or after"
vcpus = {vcpus}
guest = {{ uptime = "0.1s..3s", reference = {reference} }}
want = {{ timers = "1s" }}
save = ["v*: pause", "vm: KVM_GET_CLOCK", "each v: KVM_GET_MSRS TSC"]
restore = ["each v: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=saved", {steps}]
elapsed = {{ default = "0" }}
"""
EARLY = '"v*: KVM_RUN", "v*: guest: stimer = now + 10ms", "vm: KVM_SET_CLOCK clock=saved flags=0"'
LATER = '"vm: KVM_SET_CLOCK clock=saved flags=0", "v*: KVM_RUN", "v*: guest: stimer = now + 10ms"'
RESET = """\
title = "a reset"
vcpus = 1
guest = {{ uptime = "38s", reference = true }}
want = {{ timers = "{limit}" }}
reset = ["vm: KVM_SET_CLOCK clock={clock} flags=0", "v0: {write}", "v0: KVM_RUN", "v0: guest: stimer = {due}"]
elapsed = {{ default = "0", KVM_SET_MSRS = "{delay}" }}
"""


def read(tmp_path, text):
    """The recipe of a file with that text."""
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    (found,) = read_file(file, "mine.toml")
    return found


def verdict(tmp_path, text):
    """What is said of its one property, with the condition under which it holds."""
    (answer,) = answered(Asked(read(tmp_path, text), ("6.18",))).answers
    return answer.verdict.result, answer.condition


@pytest.mark.parametrize("reference", ["false", "true"])
@pytest.mark.parametrize(
    ("steps", "vcpus", "wanted"),
    [
        (EARLY, 1, ("depends", "uptime <= 1s")),
        (EARLY, 3, ("depends", "uptime <= 1s")),
        (LATER, 2, ("holds", "")),
        (LATER.replace("now + 10ms", "now - 10ms"), 1, ("holds", "")),
    ],
)
def test_a_timer_before_the_clock_is_late_by_the_guests_age(
    tmp_path, reference, steps, vcpus, wanted
):
    """The host compares its time with a clock that has begun anew; a clock that is set later is no help."""
    text = RESTORED.format(steps=steps, vcpus=vcpus, reference=reference)
    assert verdict(tmp_path, text) == wanted


@pytest.mark.parametrize(
    ("clock", "write", "delay", "limit", "due", "wanted"),
    [
        ("0", "KVM_SET_MSRS TSC=0", "0", "37s", "now + 10ms", "fails"),
        ("0", "KVM_SET_MSRS TSC=0", "0", "38s", "now + 10ms", "holds"),
        ("0", "KVM_SET_MSRS TSC=0", "0", "1s", "10ms", "holds"),
        ("0", "KVM_SET_MSRS TSC=1", "101ns", "1s", "now + 10ms", "holds"),
        ("0", "KVM_SET_MSRS TSC=1", "102ns", "1s", "now + 10ms", "fails"),
        ("0", "KVM_SET_MSRS TSC=1", "2s", "1s", "now - 10ms", "holds"),
        ("1h", "KVM_SET_MSRS TSC=1", "0", "1s", "now + 10ms", "fails"),
    ],
)
def test_a_reset_of_one_of_two_counts(tmp_path, clock, write, delay, limit, due, wanted):
    """Late by the difference, early by it, or at once where the time is past; 100 ns are allowed for."""
    text = RESET.format(clock=clock, write=write, delay=delay, limit=limit, due=due)
    assert verdict(tmp_path, text)[0] == wanted


def test_a_run_says_when_the_timer_fires(tmp_path):
    """By the host's count, and how far that is from the guest's."""
    text = RESET.format(
        clock="0", write="KVM_SET_MSRS TSC=0", delay="0", limit="1s", due="now + 10ms"
    )
    (found,) = decide(script(read(tmp_path, text)), rules_named("6.18"))
    told = dict(found.failing.replay.remarks)[3]
    assert told.startswith("it fires 38010000000 ns from here, by the host's reference time: ")
    assert told.endswith("38000000000 ns later than the guest counts")


def test_a_timer_is_not_armed_where_nothing_restores_it(tmp_path):
    """One line, with the place."""
    text = RESTORED.format(steps='"v*: KVM_RUN"', vcpus=1, reference="true")
    text = text.replace('save = ["v*: pause"', 'save = ["v*: guest: stimer = now", "v*: pause"')
    with pytest.raises(BadFileError, match=r"mine\.toml:5: .*stimer: no call here restores it"):
        read(tmp_path, text)


def test_a_guest_that_was_never_stopped_counts_nothing(tmp_path):
    """Without a section save nothing says what the guest has counted."""
    text = RESTORED.format(steps='"v*: KVM_RUN", "v*: guest: stimer = now"', vcpus=1, reference=1)
    text = text.replace("reference = 1", "reference = true").replace(" TSC=saved", " TSC=1")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("save"))
    with pytest.raises(BadFileError, match="stimer: expected a section save"):
        read(tmp_path, text)
