"""Every textual form of a trace is read as the same events, and what is no trace is refused in one line."""

import re

import pytest

from conformance.explain.events import Offset
from conformance.explain.machines import machines
from conformance.explain.reading import parsed, read_trace
from tests.support.recordings import explained, recorded, text_of
from vtsc.base.errors import BadFileError

HEADER = "# tracer: nop\n#\n#  TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
OTHER = "  vcpu0-1001 [000] d..2. 5976743623344: sched_switch: prev_comm=a ==> next_comm=b\n"
MARK = "  vmm-1000 [001] ...1. 5976743623345: tracing_mark_write: vtsc: kvm_track_tsc\n"


@pytest.mark.parametrize("name", ["normal", "set_clock"])
def test_fields_are_the_same_events(name):
    """``options/fields`` shows the same numbers, signed ones and characters included."""
    assert recorded(f"{name}.x86-tsc.fields.txt") == recorded(f"{name}.x86-tsc.txt")


def test_other_lines_are_skipped():
    """Comments, other events and marks change nothing but the numbers of lines."""
    plain = recorded("normal.x86-tsc.txt")
    mixed = parsed(HEADER + OTHER + MARK + text_of("normal.x86-tsc.txt"), "x")
    assert [e.stamp for e in mixed.events] == [e.stamp for e in plain.events]
    assert mixed.events[0].line == plain.events[0].line + 5


def test_the_text_of_trace_cmd():
    """No flags, another spacing, a summary at the top, and a name with blanks and a hyphen."""
    text = re.sub(
        r"vmm-1000 +\[001\] \S+ ", "CPU 0/KVM-x-1000  [001]  ", text_of("normal.mono_raw.txt")
    )
    text = "cpus=2\n" + re.sub(r"\] [d.]\S+ +", "]  ", text)
    assert "..1." not in text
    plain = recorded("normal.mono_raw.txt")
    assert [(e.thread, e.stamp) for e in parsed(text, "x").events] == [
        (e.thread, e.stamp) for e in plain.events
    ]


def test_a_column_of_groups_tells_vms_apart():
    """With options/record-tgid, threads of one group are one VM whatever their numbers."""
    one = re.sub(r"-(1\d\d\d) +\[", r"-\1 (   1000) [", text_of("normal.x86-tsc.txt"))
    two = re.sub(r"-1(\d\d\d) +\[", r"-2\1 (   2000) [", text_of("normal.x86-tsc.txt"))
    mixed = "".join(a + b for a, b in zip(one.splitlines(True), two.splitlines(True), strict=True))
    assert parsed(one, "x").events[0].group == 1000
    assert _sizes(mixed) == [21, 21]


def test_without_groups_threads_tell_vms_apart():
    """Two VMs at once, each of a main thread and two others, are told apart and each explained."""
    one = text_of("normal.x86-tsc.txt")
    two = re.sub(r"-1(\d\d\d) +\[", r"-2\1 [", one)
    mixed = "".join(a + b for a, b in zip(one.splitlines(True), two.splitlines(True), strict=True))
    assert _sizes(mixed) == [21, 21]
    for events in machines(parsed(mixed, "x").events):
        assert explained(type(recorded("normal.x86-tsc.txt"))(events, True, None)).blocked is None


def _sizes(text: str) -> list[int]:
    return [len(events) for events in machines(parsed(text, "x").events)]


def test_negative_fields_are_words():
    """An offset is printed signed with options/fields, and unsigned otherwise."""
    first = next(e for e in recorded("normal.x86-tsc.fields.txt").events if isinstance(e, Offset))
    assert first.next == 2**64 - 5976729999643


def test_lost_events_are_noted():
    """tracefs says where it dropped events."""
    text = text_of("normal.x86-tsc.txt") + "CPU:1 [LOST 12 EVENTS]\n"
    assert parsed(text, "x").lost == 22


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no event of KVM's clocks"),
        ("hello\n", "no event of KVM's clocks"),
        (
            "  a-1 [000] ..... 1.5: kvm_track_tsc: vcpu_id x\n",
            "x:1: this is no text of kvm_track_tsc",
        ),
        ("  a-1 [000] ..... 1.5: kvm_msr: \n", "x:1: this is no text of kvm_msr"),
        ("  a-1 [000] .....  1.5: type: 83\n", "options/raw leaves the values out"),
        (
            "  a-1 [000] ..... 1.5: kvm_msr: msr_write 10 = 0x1\n"
            "  a-1 [000] ..... 15: kvm_msr: msr_write 10 = 0x1\n",
            "accepted is one trace clock",
        ),
    ],
)
def test_what_is_no_trace_is_refused(text, said):
    """In one line that says what was read, or what to do instead."""
    with pytest.raises(BadFileError) as caught:
        parsed(text, "x")
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("vcpu=0 prev", "vcpu=16384 prev", "vcpu_id 16384: KVM numbers vCPUs from 0 to 16383"),
        ("vcpu=0 prev", "vcpu=-1 prev", "vcpu_id -1: KVM numbers vCPUs from 0 to 16383"),
        ("vcpu_id 1 masterclock", "vcpu_id 99999999 masterclock", "vcpu_id 99999999: KVM numbers"),
        ("vcpu_id 1, pvclock", "vcpu_id 0x10000, pvclock", "vcpu_id 65536: KVM numbers"),
        ("nr_online 2", "nr_online 4097", "nr_online 4097: a VM has at most 4096 vCPUs"),
        ("version 2,", "version 4294967298,", "version 4294967298: this field has 32 bits"),
    ],
)
def test_a_number_that_cannot_be_is_refused_with_its_line(old, new, said):
    """It is no event that the rules could say something about."""
    text = text_of("normal.x86-tsc.txt")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(BadFileError) as caught:
        parsed(text.replace(old, new, 1), "x")
    assert str(caught.value).startswith(f"x:{line}: {said}")
    assert parsed(text.replace("vcpu=0 prev", "vcpu=16383 prev", 1), "x").events


def test_binary_files_are_refused(tmp_path):
    """A file of trace-cmd record names the command that makes a text of it; others are no text."""
    file = tmp_path / "trace.dat"
    file.write_bytes(b"\x17\x08\x44tracing6\0\0")
    with pytest.raises(BadFileError, match=r"run trace-cmd report -i"):
        read_trace(file)
    file.write_bytes(b"\x7fELF\0\0")
    with pytest.raises(BadFileError, match=r"this is no text"):
        read_trace(file)
    with pytest.raises(BadFileError, match=r"No such file"):
        read_trace(tmp_path / "none")
