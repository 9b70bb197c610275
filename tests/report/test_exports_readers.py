"""Exported runs as other programs read them: each finds the states, steps and times of the run."""

import json
from pathlib import Path

import itf_py
import mermaidx
import pytest
from vcd.reader import TokenKind, tokenize

from tests.support.exports import FILES, queried, saved, shown
from vtsc.report.exports import written

SOME = FILES[::10]
TWO = "patch25.slow.monotonic.vcpus=2.kvmclock=any.trapping=unstable.trap_clear=immediate"
CHANGES = (TokenKind.CHANGE_SCALAR, TokenKind.CHANGE_VECTOR, TokenKind.CHANGE_STRING)
ERRORS = "select name, value from stats where value > 0 and severity in ('error', 'data_loss')"


@pytest.mark.parametrize("path", SOME, ids=lambda p: p.stem)
def test_itf_py_finds_every_value(path):
    """The Python library for ITF reads each state's records, and the step before it."""
    run = shown(path)
    found = itf_py.trace_from_json(json.loads(written("itf", run)))
    assert len(found.states) == len(run.rows)
    for row, state in zip(run.rows, found.states, strict=True):
        for record, fields in row.state.items():
            value = state.values
            for part in record.split("."):
                value = value[part] if isinstance(value, dict) else getattr(value, part)
            assert value._asdict() == fields
        assert dict(state.values["inputs"]) == row.inputs
        if row.call:
            taken = state.values["action_taken"], tuple(state.values["action_args"])
            assert taken == (row.call.name, row.call.args)


def signals(text: str, folder: Path) -> list[dict[str, object]]:
    """The value of every signal at each time of a VCD file, as pyvcd reads them."""
    path = folder / "run.vcd"
    path.write_text(text, encoding="ascii")
    scopes, names, now, found = [], {}, {}, []
    with path.open("rb") as file:
        for token in tokenize(file):
            if token.kind is TokenKind.SCOPE:
                scopes.append(token.scope.ident)
            elif token.kind is TokenKind.UPSCOPE:
                scopes.pop()
            elif token.kind is TokenKind.VAR:
                names[token.var.id_code] = ".".join([*scopes, token.var.reference])
            elif token.kind is TokenKind.CHANGE_TIME:
                now = {**now, "time": token.time_change}
                found.append(now)
            elif token.kind in CHANGES:
                now[names[token.data.id_code]] = token.data.value
            elif token.kind is TokenKind.TIMESCALE:
                assert str(token.timescale) == "1 ns"
    return found


@pytest.mark.parametrize("path", SOME, ids=lambda p: p.stem)
def test_pyvcd_finds_every_value(path, tmp_path):
    """At the time of each step each signal has the value of its field; what is not asked for is unknown."""
    run = shown(path)
    *times, end = signals(written("vcd", run), tmp_path)
    assert [time["time"] for time in times] == [row.at for row in run.rows]
    assert end["time"] == run.rows[-1].at + 1
    for row, time in zip(run.rows, times, strict=True):
        for record, fields in row.state.items():
            for name, value in fields.items():
                read = int(time[f"state.{record}.{name}"])
                assert read == (value if value >= 0 else value + 2**64)
        asked = {n.removeprefix("inputs.") for n in time if n.startswith("inputs.")}
        known = {name for name in asked if time[f"inputs.{name}"] != "x"}
        assert known == row.inputs.keys()


@pytest.mark.slow
def test_perfetto_finds_steps_flags_and_counters(tmp_path):
    """Its trace processor reads the JSON without an error, and has the slices and values of the run."""
    run = saved(TWO)
    path = tmp_path / "run.json"
    path.write_text(written("perfetto", run), encoding="ascii")
    thread = "from slice s join thread_track k on s.track_id = k.id join thread using (utid)"
    steps, flags, counters, hit, errors, state = queried(
        path,
        f"select s.name, s.ts, s.dur {thread} where thread.name = 'steps' order by s.ts",
        f"select s.ts, s.dur {thread} join process using (upid) "
        "where thread.name = 'in_guest' and process.name = 'vcpu0'",
        "select ts, value from counter c join process_counter_track k on c.track_id = k.id "
        "join process using (upid) where process.name = 'pcpu1' and k.name like 'tsc%' order by ts",
        f"select ts from slice where name = '{run.done}'",
        ERRORS,
        "select count(*) from args where key = 'args.state.vcpu1.tsc_offset' "
        f"and string_value = '{2**64 - 1}'",
    )
    ends = [*(row.at for row in run.rows[1:]), run.rows[-1].at + 1]
    assert steps == [
        [f"{r.number} {r.call}" if r.call else "start", str(r.at), str(end - r.at)]
        for r, end in zip(run.rows, ends, strict=True)
    ]
    assert flags == [["4", "6"], ["12", "3"]]
    assert counters == [["0", 1.0], ["9", 3.0], ["14", 4.0]]
    assert hit == [["14"]] and errors == [] and state == [["10"]]


@pytest.mark.slow
def test_perfetto_finds_switches_and_markers_in_the_text_of_ftrace(tmp_path):
    """Its trace processor reads each line without an error: who ran on which CPU, and when each step was."""
    run = saved("patch25.cstate.monotonic")
    path = tmp_path / "run.txt"
    path.write_text(written("ftrace", run), encoding="ascii")
    ran, markers, errors = queried(
        path,
        "select ts, cpu, tid, name from sched join thread using (utid) order by ts",
        "select ts from slice where name like 'step %' order by ts",
        ERRORS,
    )
    assert ran == [
        ["1", "0", "1000", "CPU 0/KVM"],
        ["7", "0", "0", "swapper"],
        ["10", "0", "1000", "CPU 0/KVM"],
    ]
    assert markers == [[str(row.at)] for row in run.rows[1:]]
    assert errors == []


@pytest.mark.slow
def test_mermaid_draws_the_diagram():
    """Mermaid itself makes a picture of it, with every step's text and a participant for each instance."""
    run = saved("2.6.37.stable.timer_lateness.accelerate_by=100us")
    drawn = mermaidx.render(written("mermaid", run)).svg()
    for row in run.rows[1:]:
        assert f"{row.number} {row.call}" in drawn
    title = f"{run.trace.design} on {run.trace.host}: {run.done}"
    for name in ("vcpu0", "pcpu0", "pcpu1", title, "vcpu0.tsc_offset=2^64-1"):
        assert name in drawn
    with pytest.raises(RuntimeError, match="Parse error"):
        mermaidx.render("sequenceDiagram\n    vcpu0->>->>pcpu0: 1 load(0, 0)").svg()
