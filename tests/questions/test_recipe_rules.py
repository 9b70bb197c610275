"""What a recipe's steps mean, where a wrong reading of them once gave a wrong verdict."""

from model.today import rules_named
from questions.recipes.deciding import FAILS, HOLDS, decide
from questions.recipes.fitting import script
from questions.recipes.reading.file import read_file

FOUND = """
title = "a recipe"
guest = {{ uptime = "{uptime}", reference = {reference} }}
gap = "1s"
elapsed = {{ default = "{each}" }}
save = {save}
{kind} = {steps}
want = {{ {want} }}
"""


def verdicts(folder, want, steps, *, save='["v*: pause"]', kind="resume", rules="6.18", **more):
    """The results and conditions that a recipe gets."""
    given = {"uptime": "500s", "reference": "false", "each": "10ms", **more}
    text = FOUND.format(want=want, steps=steps, save=save, kind=kind, **given)
    if not save:
        text = "\n".join(x for x in text.splitlines() if not x.startswith(("save", "gap")))
    path = folder / "recipe.toml"
    path.write_text(text)
    (read,) = read_file(path, "recipe.toml")
    return [v.result for v in decide(script(read), rules_named(rules))]


def test_a_guest_that_runs_and_stops_again_is_judged_by_its_last_stop(tmp_path):
    """What is compared is its last stop that a run follows, with that run; pages are compared in order."""
    want = 'tsc_continuous = "100ms", kvmclock_monotonic = true, agree = "1ms"'
    steps = '["v*: KVM_RUN", "vm: wait 2s", "v*: pause", "v*: KVM_RUN"]'
    assert verdicts(tmp_path, want, steps) == [HOLDS] * 3
    assert verdicts(tmp_path, want, steps, save='["v*: pause; KVM_RUN; pause"]') == [HOLDS] * 3
    at_once = '["v*: KVM_RUN", "vm: wait 2s", "each v: pause; KVM_RUN"]'
    assert verdicts(tmp_path, want, at_once) == [HOLDS] * 3
    slow = steps.replace('"v*: pause",', '"v*: pause", "vm: wait 2s",')
    assert verdicts(tmp_path, want, slow) == [FAILS, HOLDS, HOLDS]
    last = '["v*: KVM_RUN", "v*: pause"]'
    assert verdicts(tmp_path, want, last) == [FAILS, HOLDS, HOLDS]
    back = '["v*: KVM_RUN", "vm: wait 2s", "vm: KVM_SET_CLOCK clock=0 flags=0", "v*: pause", "v*: KVM_RUN"]'
    assert verdicts(tmp_path, want, back)[1] == FAILS


def test_a_clock_read_in_place_is_not_the_saved_one(tmp_path):
    """KVM_GET_CLOCK fills the record ``clock`` in the save section alone."""
    steps = '["vm: KVM_GET_CLOCK", "vm: KVM_SET_CLOCK clock=saved flags=0", "v*: KVM_RUN"]'
    save = '["v*: pause", "vm: KVM_GET_CLOCK"]'
    assert verdicts(tmp_path, 'agree = "500ms"', steps, save=save) == [FAILS]
    named = steps.replace("KVM_GET_CLOCK", "KVM_GET_CLOCK as clock")
    assert verdicts(tmp_path, 'agree = "500ms"', named, save=save) == [HOLDS]


def test_a_restore_without_a_save_stops_the_guest_first(tmp_path):
    """Its vCPUs stand still from the first step on, so what they saw before is known."""
    steps = '["v*: KVM_CREATE_VCPU", "each v: KVM_SET_MSRS TSC=500_000_000_000", "v*: KVM_RUN"]'
    want = 'offsets_kept = true, tsc_continuous = "100ms"'
    assert verdicts(tmp_path, want, steps, save="", kind="restore") == [HOLDS, HOLDS]


def test_a_saved_realtime_is_used_whether_it_is_valid_or_not(tmp_path):
    """Without a master clock at the source, there is no wall time that could be passed on."""
    save = '["v1: KVM_SET_MSRS TSC=5", "v*: KVM_RUN", "v*: pause", "vm: KVM_GET_CLOCK"]'
    steps = '["v*: KVM_CREATE_VCPU", "vm: KVM_SET_CLOCK clock=saved flags=4 realtime=saved"]'
    want = "clock_read_usable = true"
    assert verdicts(tmp_path, want, steps, save=save, kind="restore") == [FAILS]
    assert verdicts(tmp_path, want, steps, save=save[:1] + save[26:], kind="restore") == [HOLDS]


def test_the_reference_time_of_an_old_guest(tmp_path):
    """A guest that is a thousand hours old resumes like a young one."""
    want = 'ref_monotonic = true, ref_agrees = "50ms"'
    old = verdicts(tmp_path, want, '["v*: KVM_RUN"]', uptime="10s..1000h", reference="true")
    assert old == [HOLDS, HOLDS]


def test_offsets_that_are_copied_are_equal_whatever_was_written_before(tmp_path):
    """The attribute makes them equal in two generations; two writes make them so by chance alone."""
    steps = (
        '["v*: KVM_CREATE_VCPU", "v0: KVM_SET_MSRS TSC=500_000_000_000", '
        '"v1: KVM_SET_MSRS TSC={}", {} "v*: KVM_RUN"]'
    )
    copied = '"{}: KVM_SET_DEVICE_ATTR TSC_OFFSET=now(v0)",'
    want = "offsets_equal = true, master_clock = true"
    for line, results in (
        (copied.format("v1"), [HOLDS, FAILS]),
        (copied.format("v*"), [HOLDS, HOLDS]),
        (copied.format("v1").replace("now(v0)", "now(v0) + 1"), [FAILS, FAILS]),
        ("", [FAILS, FAILS]),
    ):
        found = verdicts(
            tmp_path, want, steps.format(900_000_000_000, line), save="", kind="restore"
        )
        assert found == results, line
    chance = (
        '["v0: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=500_000_000_000", '
        '"v1: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=500_020_000_000", "v*: KVM_RUN"]'
    )
    assert verdicts(tmp_path, want, chance, save="", kind="restore") == [FAILS, FAILS]
    kept = verdicts(tmp_path, "offsets_kept = true", chance, save="", kind="restore")
    assert kept == [HOLDS]


def test_a_processor_that_scales_takes_any_rate(tmp_path):
    """Without scaling, a rate far below the host's is refused."""
    steps = '["v*: KVM_SET_TSC_KHZ khz=990000", "v*: KVM_RUN"]'
    for rules, result in (("6.18", FAILS), ("6.18+scaling", HOLDS)):
        assert verdicts(tmp_path, "calls_succeed = true", steps, rules=rules) == [result]
