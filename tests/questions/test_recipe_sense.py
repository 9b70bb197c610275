"""Recipes without sense are refused: of vCPUs that are not there, of nothing, and after random changes."""

import random
import re

import pytest

from questions.recipes.fitting import script
from tests.support.paths import ROOT
from tests.support.recipe_files import ARMED, WHOLE, read
from vtsc.base.errors import BadFileError


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("KVM_CREATE_VCPU; KVM_SET_MSRS TSC=saved", "KVM_SET_MSRS TSC=saved"),
            "the new VM has no v0",
        ),
        (("KVM_CREATE_VCPU;", "KVM_CREATE_VCPU; KVM_CREATE_VCPU;"), "there is a v0 already"),
        (("each v: KVM_CREATE", "v0: KVM_CREATE"), "KVM_RUN: the new VM has no v1"),
        (("TSC=saved", "TSC=now(v1)"), "KVM_SET_MSRS: the new VM has no v1 yet"),
        (("want", 'parked = ["v1"]\nwant'), "KVM_RUN: v1 is parked, and so never runs"),
    ],
)
def test_a_vcpu_is_used_while_there_is_one(tmp_path, change, message):
    """Each call of a restore comes after its vCPU was made, once; a parked one never runs."""
    with pytest.raises(BadFileError, match=message):
        read(tmp_path, WHOLE.replace(*change))


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("KVM_CREATE_VCPU; ", "", 5, "KVM_SET_MSRS: the new VM has no v0 yet"),
        (
            "each v: KVM_CREATE_VCPU; KVM_SET",
            "v*: KVM_SET",
            5,
            "KVM_SET_MSRS: the new VM has no v0",
        ),
        (
            "each v: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=saved",
            "v0: KVM_CREATE_VCPU",
            6,
            "KVM_RUN: the",
        ),
        ('"v*: KVM_RUN"', '"v0: KVM_RUN"', 0, ""),
    ],
)
def test_a_restore_creates_each_vcpu_before_it_uses_it(tmp_path, old, new, line, message):
    """A new VM has none; a message is told with the line of the step, and without one all is well."""
    text = WHOLE.replace(old, new)
    assert text != WHOLE
    if not message:
        assert read(tmp_path, text)
        return
    with pytest.raises(BadFileError, match=rf"mine\.toml:{line}: {message}"):
        read(tmp_path, text)


def test_a_restore_that_never_creates_a_vcpu(tmp_path):
    """It is told with the section's line, also where no step is of that vCPU."""
    text = WHOLE.replace("each v: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=saved", "v0: KVM_CREATE_VCPU")
    with pytest.raises(BadFileError, match=r"mine\.toml:4: restore: nothing creates v1; expected"):
        read(tmp_path, text.replace("v*: KVM_RUN", "v0: KVM_RUN"))


@pytest.mark.parametrize("want", ["", 'pause = "exclude"', "offsets_equal = false"])
def test_a_recipe_wants_something(tmp_path, want):
    """A report without a verdict would be taken for a good one."""
    text = re.sub(r"^want = .*$", f"want = {{ {want} }}", WHOLE, flags=re.M)
    with pytest.raises(BadFileError, match=r"mine\.toml:2: want: expected what is to hold"):
        read(tmp_path, text)


def test_timers_are_asked_about_where_one_is_armed(tmp_path):
    """Otherwise the property would hold for want of a timer."""
    text = WHOLE.replace("offsets_equal = true", "timers = true")
    with pytest.raises(BadFileError, match=r"mine\.toml:2: timers: no step arms a timer; expected"):
        read(tmp_path, text)
    assert read(tmp_path, ARMED.replace("offsets_equal = true", "timers = true"))
    assert read(tmp_path, WHOLE.replace("offsets_equal = true", "timers = false"))


BITS = (
    "3",
    '"x"',
    "[]",
    "{}",
    "true",
    '"0..1h"',
    "[1, 2]",
    '["v0: KVM_RUN"]',
    '["vm: wait copy"]',
    "nan",
)
WORDS = (
    "saved",
    "now(v0)",
    "(",
    "+",
    "//",
    "->",
    "on=vm",
    "as",
    ";",
    ":",
    "each",
    "vm",
    "?",
    "0x",
    "é",
    "'",
)


def test_any_change_of_a_file_is_read_or_refused_in_one_line(tmp_path):
    """100 random changes of the recipes that are here; nothing else is raised."""
    files = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "recipes").glob("*.toml"))]
    refused = 0
    for seed in range(100):
        draw = random.Random(seed)
        lines = draw.choice(files).splitlines()
        at = draw.randrange(len(lines))
        key, equals, _ = lines[at].partition("=")
        words = lines[at].split(" ")
        if draw.random() < 0.4 and equals:
            lines[at] = f"{key}= {draw.choice(BITS)}"
        else:
            words[draw.randrange(len(words))] = draw.choice(WORDS)
            lines[at] = " ".join(words)
        try:
            for text in read(tmp_path, "\n".join(lines)):
                script(text)
        except BadFileError as error:
            refused += 1
            assert re.fullmatch(r"mine\.toml:[0-9]+: [^\n]+", str(error))
    assert 30 < refused < 100


@pytest.mark.parametrize(("given", "ns"), [("-2s", -2 * 10**9), ("2s", 2 * 10**9), ("0", 0)])
def test_the_second_wall_clock_may_be_behind(tmp_path, given, ns):
    """The step between the hosts has a sign."""
    (text,) = read(tmp_path, WHOLE.replace("want", f'guest.wall_step = "{given}"\nwant'))
    assert script(text).guest.wall_step == ns


@pytest.mark.parametrize("given", ["-60000000h", "--2s", "-", "-2"])
def test_a_wall_step_that_is_none_is_refused(tmp_path, given):
    """In one line with its place."""
    with pytest.raises(BadFileError, match=r"mine\.toml:2: .*expected"):
        read(tmp_path, WHOLE.replace("want", f'guest.wall_step = "{given}"\nwant'))
