"""What each format of an exported run holds, and that a run which is read back is the same."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.exports import FILES, saved, shown
from vtsc.evidence.replay import executed, replay
from vtsc.evidence.trace import parse_trace
from vtsc.report.exports import FORMATS, Unreadable, read, written
from vtsc.report.exports.vcd_signals import SIGNED

BACK = [name for name, kind in FORMATS.items() if kind.back]
CSTATE = "patch25.cstate.monotonic"
PAGE = "patch25.slow.monotonic.vcpus=2.kvmclock=any.trapping=unstable.trap_clear=immediate"
TRACEPOINTS = {
    "sched_switch": r"prev_comm=(.+) prev_pid=\d+ prev_prio=\d+ prev_state=[RS] ==> "
    r"next_comm=(.+) next_pid=\d+ next_prio=\d+",
    "kvm_entry": r"vcpu \d+",
    "kvm_exit": r"reason \w+ rip 0x[0-9a-f]+ info [0-9a-f]+ [0-9a-f]+",
    "kvm_write_tsc_offset": r"vcpu=\d+ prev=\d+ next=\d+",
    "kvm_msr": r"msr_(read|write) [0-9a-f]+ = 0x[0-9a-f]+",
    "kvm_inj_virq": r"irq \d+",
    "suspend_resume": r"\w+\[\d+\] (begin|end)",
    "console": r"tsc: .+",
    "tracing_mark_write": r"I\|1\|(start|step|seen|end) .+",
}
"""The texts that the kernel prints for its tracepoints, and those of the markers."""
LINE = re.compile(r" {0,15}(.{1,16})-(\d+) +\[(\d{3})\] \.{4} +(\d+)\.(\d{9}): (\w+): (.*)")
"""A line of ftrace: task, pid, CPU, flags, seconds, event, text."""


def events(stem: str) -> list[str]:
    """The events of an ftrace text that are the content's: task, CPU, name and text."""
    lines = written("ftrace", saved(stem)).splitlines()
    found = [LINE.fullmatch(line) for line in lines if not line.startswith("#")]
    return [
        f"{m[1].strip()} {int(m[3])} {m[6]}: {m[7]}" for m in found if m[6] != "tracing_mark_write"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_saved_run_is_read_back_from_every_format(path):
    """The run that is read violates the same property at the same step, and its file has the same bytes."""
    run = shown(path)
    read_back = [parse_trace(read(written(name, run)), Path(name)) for name in BACK]
    assert len({json.dumps(trace.as_json(), sort_keys=True) for trace in read_back}) == 1
    again = replay(run.case, read_back[0])
    assert again.hit_at == run.trace.hit_at
    found = [executed(run.case, trace, again).text() for trace in read_back]
    assert found == [path.read_text(encoding="utf-8")] * len(BACK)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_run_gives_the_same_bytes(name):
    """Nothing is taken from the clock, and each line of the text is ASCII."""
    text = written(name, saved(CSTATE))
    assert text == written(name, replace(saved(CSTATE))) and text.isascii() and text[-1] == "\n"


def test_times_are_true_times_and_a_nanosecond_for_each_step():
    """The place of a step on the time axis never goes back, nor stands still."""
    run = saved("2.6.37.slow.bounded_lag")
    times = [int(row.state["host"]["t"]) for row in run.rows]
    assert times[-1] > 10**6
    assert [row.at for row in run.rows] == [t + i for i, t in enumerate(times)]


def test_the_events_of_a_step_back():
    """The kernel's own events of the README's run: switches, entries, an exit, the mark, the first offset."""
    into = "prev_comm=swapper/0 prev_pid=0 prev_prio=120 prev_state=R ==> " + (
        "next_comm=CPU 0/KVM next_pid=1000 next_prio=120"
    )
    out = "prev_comm=CPU 0/KVM prev_pid=1000 prev_prio=120 prev_state=S ==> " + (
        "next_comm=swapper/0 next_pid=0 next_prio=120"
    )
    assert events(CSTATE) == [
        "CPU 0/KVM 0 kvm_write_tsc_offset: vcpu=0 prev=0 next=18446744073709551614",
        f"<idle> 0 sched_switch: {into}",
        "CPU 0/KVM 0 kvm_entry: vcpu 0",
        "CPU 0/KVM 0 kvm_exit: reason interrupt rip 0x0 info 0 0",
        f"CPU 0/KVM 0 sched_switch: {out}",
        "<idle> 0 console: tsc: Marking TSC unstable due to clocksource watchdog",
        f"<idle> 0 sched_switch: {into}",
        "CPU 0/KVM 0 kvm_entry: vcpu 0",
    ]


def test_the_events_of_a_trapped_read_and_of_an_msr():
    """A read that traps is an exit and an entry; a write of kvmclock's MSR is an exit."""
    assert events(PAGE)[4:] == [
        "CPU 0/KVM 0 kvm_entry: vcpu 0",
        "CPU 0/KVM 0 kvm_exit: reason rdtsc rip 0x0 info 0 0",
        "CPU 0/KVM 0 kvm_entry: vcpu 0",
        "CPU 0/KVM 0 kvm_exit: reason msr rip 0x0 info 0 0",
        "CPU 0/KVM 0 kvm_msr: msr_write 4b564d01 = 0x1",
        "CPU 0/KVM 0 kvm_entry: vcpu 0",
    ]


def test_the_events_of_a_suspend_and_of_a_timer():
    """A suspend has a begin and an end; the delivery of a timer is an interrupt before the entry."""
    assert "systemd-sleep 0 suspend_resume: machine_suspend[3] end" in events(
        "2.6.37.resetting.monotonic"
    )
    late = events("2.6.37.slow.timer_lateness_at_most_1499999.timeslice=1ms")
    assert late[-2:] == ["CPU 0/KVM 0 kvm_inj_virq: irq 239", "CPU 0/KVM 0 kvm_entry: vcpu 0"]
    assert "CPU 0/KVM 0 kvm_write_tsc_offset: vcpu=0 prev=18446744073709301614 next=749999" in late


@pytest.mark.parametrize("path", FILES[::4], ids=lambda p: p.stem)
def test_every_line_of_ftrace_is_one_that_the_kernel_prints(path):
    """Columns and texts are those of the tracer and of its tracepoints, in order of time."""
    lines = written("ftrace", shown(path)).splitlines()
    assert lines[0] == "# tracer: nop"
    found = [line for line in lines if not line.startswith("#")]
    assert f"# entries-in-buffer/entries-written: {len(found)}/{len(found)}" in lines[4]
    times = []
    for line in found:
        match = LINE.fullmatch(line)
        assert match and re.fullmatch(TRACEPOINTS[match[6]], match[7]), line
        times.append((int(match[4]), int(match[5])))
    assert times == sorted(times)


def changed(name: str, old: str, new: str) -> str:
    """The exported run of the README after a change of its last such part."""
    before, found, after = written(name, saved(CSTATE)).rpartition(old)
    assert found
    return f"{before}{new}{after}"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("itf", '"#meta": {"format"', '"meta": {"format"', "the header of a trace in #meta"),
        ("itf", '"inputs": {"#map"', '"inputs": {"map"', "state 11: expected #map to be there"),
        ("itf", '{"#bigint": "2"}', '{"#bigint": "two"}', "state 11: expected a state of a trace"),
        ("itf", '"vcpu0", "monotonic"]', '"vcpu1", "monotonic"]', "state 0: expected vcpu1 to be"),
        ("vcd", "$comment vtsc", "$comment", "the header of a trace in a comment"),
        ("vcd", "b1011 !", "b1012 !", "expected a line of a dump by vtsc export"),
        ("vcd", "b1011 !", "b1011", "expected a line of a dump by vtsc export"),
        ("vcd", " step $end", " stop $end", "expected values of run.step"),
        ("perfetto", '"otherData"', '"data"', "the header of a trace in otherData"),
        ("perfetto", '"cat": "step", "args"', '"cat": "step", "arg"', "expected a step of a trace"),
        ("ftrace", "# vtsc:", "#", "the header of a trace in a comment"),
        ("ftrace", "step 11", "step 12", "line 34: expected a line of a trace by vtsc export"),
        ("ftrace", "dt=1 changed", "dt=one changed", "line 34: expected a line of a trace"),
        ("ftrace", "I|1|start", "I|1|begin", "expected a line of a trace"),
    ],
)
def test_a_text_that_vtsc_did_not_write_is_refused(name, old, new, said):
    """The place is named, and what was expected there."""
    with pytest.raises(Unreadable, match=re.escape(said)):
        read(changed(name, old, new))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "vtsc.trace/1"}', "a,b\n1,2\n"])
def test_a_text_in_no_format_is_refused(text):
    """All formats that can be imported are named."""
    with pytest.raises(Unreadable, match="can be imported: itf, vcd, perfetto, ftrace"):
        read(text)


def test_a_diagram_is_not_read_back():
    """It keeps no inputs; the formats that do are named."""
    with pytest.raises(Unreadable, match=r"mermaid does not keep the inputs .* itf or vcd or"):
        read(written("mermaid", saved(CSTATE)))


def test_itf_has_the_shape_of_its_definition():
    """Integers are big integers, every state has every variable, and nothing but these."""
    found = json.loads(written("itf", saved(CSTATE)))
    assert found.keys() == {"#meta", "vars", "states"}
    assert found["#meta"]["format"] == "ITF"
    for number, state in enumerate(found["states"]):
        assert state.keys() == {"#meta", *found["vars"]} and state["#meta"]["index"] == number
    assert found["states"][1]["vcpu0"]["tsc_offset"] == {"#bigint": str(2**64 - 2)}
    assert found["states"][9]["action_args"] == [{"#bigint": "0"}, {"#bigint": "0"}]


def test_perfetto_draws_offsets_as_signed_numbers():
    """2^64 - 1 is drawn beside 0, not 2^64 above it; the arguments of the steps have it as it is."""
    run = saved("2.6.37.slow.timer_lateness_at_most_1499999.timeslice=1ms")
    events = json.loads(written("perfetto", run))["traceEvents"]
    drawn = [e["args"]["value"] for e in events if e["ph"] == "C" and e["name"] == "tsc_offset"]
    assert drawn == [-1, -250002, 749999]
    steps = [e["args"]["state"]["vcpu0"]["tsc_offset"] for e in events if e.get("cat") == "step"]
    assert steps[0] == str(2**64 - 1) and steps[-1] == 749999


@pytest.mark.parametrize("value", [-1, 0, 2**63 - 1, -(2**63), None])
def test_vcd_keeps_what_may_be_negative(value):
    """Two's complement, or unknown."""
    line = SIGNED.text(value, "!")
    assert line[0] == "b" and SIGNED.value(line[1:].split()[0]) == value
    assert re.search(r"\$var integer 64 \S+ cpu \$end", written("vcd", saved(CSTATE)))
