"""Recipes from logs: what a recorder's lines and the text of strace become, and what is refused."""

import json
import re

import pytest

from questions.recipes.logs.recorded import read_recorded
from questions.recipes.logs.traced import read_traced
from questions.recipes.logs.writing import recipe
from vtsc.base.errors import BadFileError

MS = 10**6
KHZ = 2_000_000


def line(time, call, on="vcpu", vm=0, vcpu=None, thread=1, errno=None, took=0, **payload):
    """A line of a recorder's log."""
    return json.dumps(
        {
            "time": time * MS,
            "took": took * MS,
            "thread": thread,
            "on": on,
            "vm": vm,
            "vcpu": vcpu,
            "call": call,
            "payload": payload,
            "result": -1 if errno else 0,
            "errno": errno,
        }
    )


def log(*lines, name="run.jsonl"):
    """The log with these lines."""
    return read_recorded(name, "\n".join(lines) + "\n")


def steps(text, section):
    """The steps of a section of a recipe."""
    part = re.search(rf"^{section} = \[\n(.*?)^\]", text, flags=re.M | re.S)
    return re.findall(r'^  "(.*)",$', part[1], flags=re.M) if part else None


SAVING = (
    line(0, "KVM_RUN", vcpu=0, took=10),
    line(1, "KVM_RUN", vcpu=4, took=11, thread=2),
    line(13, "KVM_GET_CLOCK", on="vm", clock="0x64", flags=14, realtime="0x7", host_tsc="0x8"),
    line(14, "KVM_GET_MSRS", vcpu=0, msrs=[["0x10", 4 * 10**9], ["0x174", 5], ["0x6e0", 0]]),
    line(15, "KVM_GET_MSRS", vcpu=4, msrs=[["0x10", 4 * 10**9 + 2], ["0x6e0", 0]]),
    line(16, "KVM_GET_REGS", vcpu=4),
    line(17, "KVM_GET_DEVICE_ATTR", vcpu=4, group=0, attr=0, value="0x11"),
    line(18, "KVM_GET_DEVICE_ATTR", vcpu=4, group=1, attr=0, value="0x11"),
)
RESTORING = (
    line(100, "KVM_CREATE_VCPU", on="vm", vm=0, id=0),
    line(101, "KVM_SET_TSC_KHZ", vcpu=0, khz=KHZ),
    line(102, "KVM_SET_MSRS", vcpu=0, msrs=[["0x10", 4 * 10**9], ["0x174", 5]]),
    line(103, "KVM_CREATE_VCPU", on="vm", vm=0, id=4),
    line(104, "KVM_SET_MSRS", vcpu=4, msrs=[["0x10", 4 * 10**9], ["0x6e0", 8 * 10**9]]),
    line(105, "KVM_SET_CLOCK", on="vm", clock=0x64, flags=4, realtime=7),
    line(106, "KVM_KVMCLOCK_CTRL", on="vm", errno="ENOTTY"),
    line(107, "KVM_RUN", vcpu=0, errno="EINTR"),
    line(108, "KVM_RUN", vcpu=4),
    line(109, "KVM_RUN", vcpu=0),
)


def test_saving_and_restoring():
    """Values are told by what was saved; ids become numbers; the rate scales cycles; delays are measured."""
    text = recipe([log(*SAVING), log(*RESTORING, name="other.jsonl")], "a test")
    assert steps(text, "save") == [
        "v0: pause",
        "v1: wait 2ms; pause",
        "vm: wait 1ms; KVM_GET_CLOCK",
        "v0: wait 1ms; KVM_GET_MSRS TSC TSC_DEADLINE",
        "v1: wait 1ms; KVM_GET_MSRS TSC TSC_DEADLINE",
        "v1: wait 2ms; KVM_GET_DEVICE_ATTR TSC_OFFSET",
    ]
    assert steps(text, "restore") == [
        "v0: KVM_CREATE_VCPU",
        "v0: wait 1ms; KVM_SET_TSC_KHZ khz=1000000",
        "v0: wait 1ms; KVM_SET_MSRS TSC=saved",
        "v1: wait 1ms; KVM_CREATE_VCPU",
        "v1: wait 1ms; KVM_SET_MSRS TSC=saved(v0) TSC_DEADLINE=4000000000",
        "vm: wait 1ms; KVM_SET_CLOCK clock=saved flags=4 realtime=saved",
        "v0: wait 1ms; KVM_KVMCLOCK_CTRL on=vm -> ENOTTY",
        "v0: wait 1ms; KVM_RUN",
        "v1: wait 1ms; KVM_RUN",
    ]
    assert 'gap = "83ms"' in text and 'uptime = "2s"' in text
    assert "2 threads" in text and "scaled from 2000000 kHz" in text


def test_one_log_of_a_vm_that_is_paused_and_goes_on():
    """Without a creation, what follows the last read is resuming."""
    lines = (*SAVING[:5], line(30, "KVM_KVMCLOCK_CTRL", vcpu=0), line(31, "KVM_RUN", vcpu=0))
    text = recipe([log(*lines)], "a test")
    assert steps(text, "resume") == ["v0: KVM_KVMCLOCK_CTRL", "v0: wait 1ms; KVM_RUN"]
    assert 'gap = "15ms"' in text and steps(text, "restore") is None


def test_two_vms_in_one_log():
    """The first is saved, the last restored."""
    lines = [entry.replace('"vm": 0', '"vm": 3') for entry in RESTORING]
    text = recipe([log(*SAVING, *lines)], "a test")
    assert len(steps(text, "save")) == 6 and len(steps(text, "restore")) == 9


TRACE = """\
50 100.000000 ioctl(3</dev/kvm<char 10:232>>, KVM_CREATE_VM, 0) = 4<anon_inode:kvm-vm>
50 100.001000 ioctl(4<anon_inode:kvm-vm>, KVM_CREATE_VCPU, 0) = 5<anon_inode:kvm-vcpu:0>
51 100.002000 ioctl(5<anon_inode:kvm-vcpu:0>, KVM_SET_MSRS, 0x7ff0 <unfinished ...>
50 100.002500 ioctl(4<anon_inode:kvm-vm>, KVM_CHECK_EXTENSION, KVM_CAP_TSC_CONTROL) = 0
51 100.003000 <... ioctl resumed>) = 90
50 100.004000 ioctl(4, KVM_SET_CLOCK, 0x7ff0) = 0
51 100.005000 ioctl(5, KVM_SET_TSC_KHZ, 0x1e8480) = 0
51 100.006000 ioctl(5, KVM_KVMCLOCK_CTRL, 0) = -1 EINVAL (Invalid argument)
51 100.007000 ioctl(5, KVM_RUN, 0) = ?
51 100.008000 +++ exited with 0 +++
"""


def test_a_strace():
    """With names of files and without; a call that another thread interrupts; arguments that are values."""
    text = recipe([read_traced("trace.txt", TRACE)], "a test")
    assert steps(text, "restore") == [
        "v0: KVM_CREATE_VCPU",
        "v0: wait 1ms; KVM_SET_MSRS TSC=?",
        "vm: wait 2ms; KVM_SET_CLOCK clock=? flags=?",
        "v0: wait 1ms; KVM_SET_TSC_KHZ khz=1000000",
        "v0: wait 1ms; KVM_KVMCLOCK_CTRL -> EINVAL",
        "v0: wait 1ms; KVM_RUN",
    ]
    assert (
        "# strace does not show what a call passes: put the VMM's values in place of each ?."
        in text
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{"], "run.jsonl:1: no JSON: Expecting property name"),
        ([SAVING[0], "[]"], "run.jsonl:2: expected an object"),
        (['{"time": 1}'], "run.jsonl:1: thread: expected a whole number"),
        (
            [SAVING[0].replace('"vcpu", "vm"', '"cpu", "vm"')],
            "run.jsonl:1: on: cpu: did you mean vcpu?",
        ),
        ([line(1, "KVM_RUN")], "run.jsonl:1: vcpu: expected a whole number for a call on a vcpu"),
        ([line(1, "KVM_RUN", vcpu=0, errno="EFOO")], "run.jsonl:1: errno: EFOO: expected"),
        (
            [line(1, "KVM_GET_MSRS", vcpu=0, msrs=[[1]])],
            "run.jsonl:1: payload: msrs: expected pairs",
        ),
        (
            [line(1, "KVM_SET_TSC_KHZ", vcpu=0, khz="fast")],
            "run.jsonl:1: payload: khz: fast: expected",
        ),
        ([line(1, "KVM_CREATE_VCPU", on="vm")], "run.jsonl:1: payload: id is missing"),
        ([line(1, "KVM_CREATE_VM", on="system", vm=None)], "run.jsonl:1: no call of a VM"),
    ],
)
def test_what_is_refused(lines, message):
    """The line, and what is expected there."""
    with pytest.raises(BadFileError) as told:
        log(*lines)
    assert str(told.value).startswith(message)


def test_logs_in_the_wrong_order_are_refused():
    """The log of saving comes first."""
    with pytest.raises(BadFileError, match=r"^b\.jsonl:1: begins before a\.jsonl ends"):
        recipe([log(*RESTORING, name="a.jsonl"), log(*SAVING, name="b.jsonl")], "a test")


def test_a_text_without_calls_is_refused():
    """It says how strace is to be called."""
    with pytest.raises(BadFileError, match="strace -f -ttt -yy"):
        read_traced("x", "hello\n")


def test_a_clock_that_is_read_while_restoring():
    """Without a save it is the record that values name; a page that is not registered is written as 0."""
    lines = (
        line(1, "KVM_CREATE_VCPU", on="vm", id=0),
        line(2, "KVM_GET_CLOCK", on="vm", clock=5, flags=0),
        line(3, "KVM_SET_MSRS", vcpu=0, msrs=[["0x4b564d01", 0], ["0x10", 1]]),
        line(4, "KVM_SET_CLOCK", on="vm", clock=5, flags=0),
    )
    text = recipe([log(*lines)], "a test")
    assert steps(text, "restore")[1:] == [
        "vm: wait 1ms; KVM_GET_CLOCK as clock",
        "v0: wait 1ms; KVM_SET_MSRS SYSTEM_TIME=0 TSC=1",
        "vm: wait 1ms; KVM_SET_CLOCK clock=saved flags=0",
    ]
