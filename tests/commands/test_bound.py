"""``vtsc bound``: exact values with their proofs, and measures without a bound with the runs that show it."""

import json

import jsonschema
import pytest

from tests.support.paths import ROOT
from vtsc.cli import main
from vtsc.content.loader import load
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import parse_trace

LIMITS = ["exit_interval=1us", "entry_delay=1us", "timeslice=2us", "dormancy=1us"]


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    """Run as from a checkout."""
    monkeypatch.chdir(ROOT)


def said(capsys) -> str:
    """The last lines, which give the answer, as one."""
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    last = len(lines) - lines[::-1].index("") if "" in lines else 0
    return " ".join(" ".join(lines[last:]).split())


def found(tmp_path, *arguments: str, status: int = 0) -> dict:
    """The one result that a command writes as JSON, which follows its schema; its trace is replayed."""
    path = tmp_path / "found.json"
    assert main(["bound", *arguments, "--format", "json", "-o", str(path)]) == status
    document = json.loads(path.read_text(encoding="utf-8"))
    schema = ROOT / "docs" / "schemas" / "bounds.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    (result,) = document["results"]
    trace = parse_trace(result["trace"], path)
    run = replay(case_of(load(None), trace), trace)
    assert run.hit_at == trace.hit_at == len(trace.steps)
    return result


@pytest.mark.slow
def test_an_exact_bound(capsys):
    """On a stable host each read is at least one cycle above the one before, and some by no more."""
    assert main(["bound", "warp", "patch25", "--host", "stable"]) == 0
    assert said(capsys) == (
        "patch25 stable warp: exactly -1 cycles (a run has it, and a proof says that none has more)"
    )


@pytest.mark.slow
def test_an_exact_bound_has_a_certificate(tmp_path):
    """It is that of the property that the measure is at most the bound, and the saved files hold."""
    kept = tmp_path / "kept"
    result = found(tmp_path, "lag", "2.6.37", "--host", "stable", "--save", str(kept))
    assert (result["kind"], result["bound"], result["unit"]) == ("exact", 0, "cycles")
    assert (kept / result["certificate"] / "manifest.json").is_file()
    assert main(["certify", str(kept / result["certificate"])]) == 0
    (trace,) = kept.glob("*.json")
    assert main(["replay", str(trace)]) == 10  # it still has more than one below the bound


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "bound"),
    [
        # the clock is short by less than its step
        ("lag 2.6.37 --host cstate --set clock_resolution=4ms", 3_999_999),
        ("lead 2.6.37 --host cstate --set clock_resolution=4ms", 3_999_999),
        # the wake-up alone, since no TSC is faster than true time
        ("lateness 2.6.35-svm --host slow", 1_000_000),
        # reads at one instant are equal, and none at two instants
        ("stall patch25 --host stable --set rdtsc_cycles=0", 0),
        ("stall 2.6.37 --host slow --set rdtsc_cycles=0", 0),
    ],
)
def test_exact_bounds(asked, bound, tmp_path):
    """Each is what the rules say when they are read by hand."""
    result = found(tmp_path, *asked.split())
    assert (result["kind"], result["bound"]) == ("exact", bound)
    assert result["certificate"]


@pytest.mark.slow
def test_a_stall_over_time_that_nothing_bounds(tmp_path):
    """Where RDTSC takes no time, a TSC that a load resumes where it was at the put is read twice."""
    asked = ["stall", "pre25", "--host", "slow", "--set", "rdtsc_cycles=0"]
    assert found(tmp_path, *asked)["kind"] == "unbounded"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("measure", "host", "bound"),
    [
        ("lag", "skewed", 2**63 - 1),
        ("warp", "skewed", 2**63),  # along the saved counterexample
        ("lag", "fast", 2**63 - 1),  # along a run whose middle repeats, as the next two
        ("warp", "slow", 2**63),
        ("earliness", "fast", 2**63),  # the timer is armed before, and comes after
    ],
)
def test_the_end_of_signed_numbers(measure, host, bound, tmp_path):
    """A TSC that each migration raises wraps."""
    result = found(tmp_path, measure, "2.6.35-vmx", "--host", host)
    assert (result["kind"], result["bound"]) == ("exact", str(bound))
    assert result["certificate"] is None and "64 bits" in result["reason"]


@pytest.mark.slow
def test_a_single_read_is_not_told_as_equal_to_another(capsys):
    """The run that shows a stall of 0 ns need not have equal reads."""
    assert main(["bound", "stall", "patch25", "--host", "stable"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "once in a row" in told and "twice" not in told


@pytest.mark.slow
def test_without_a_bound_by_an_input(tmp_path):
    """A TSC that steps back as far as it has come: the lag is as long as the host has been up."""
    result = found(tmp_path, "lag", "patch25", "--host", "cstate")
    assert (result["kind"], result["bound"]) == ("unbounded", None)
    assert result["by"]["gain"] == 1 and int(result["by"]["most"]) > 2**61
    assert result["by"]["inputs"] and result["by"]["loop"] is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked", ["stall 2.6.35-vmx --host slow", "lateness 2.6.37 --host resetting"]
)
def test_what_only_the_range_of_inputs_ends(asked, tmp_path):
    """Equal reads after 39 steps, and a timer that a suspend keeps from coming."""
    result = found(tmp_path, *asked.split())
    assert (result["kind"], result["bound"]) == ("unbounded", None)
    assert result["by"]["inputs"] and int(result["by"]["most"]) >= 2**59


@pytest.mark.slow
def test_an_answer_does_not_depend_on_the_cache(tmp_path, monkeypatch):
    """The search gives up at the same depth whether or not the proofs before it found something kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    asked = ["lateness", "e48672fa", "--host", "resetting"]
    empty = found(tmp_path, *asked, status=20)
    assert any((tmp_path / "cache").rglob("*.json"))
    assert found(tmp_path, *asked, status=20) == empty


@pytest.mark.hours
@pytest.mark.slow
def test_without_a_bound_by_repetition(tmp_path):
    """Each put and load takes the time in between from a guest that is never caught up."""
    sets = [x for limit in LIMITS for x in ("--set", limit)]
    result = found(tmp_path, "lag", "pre25", "--host", "slow", *sets)
    first, last = result["by"]["loop"]
    names = [step["action"] for step in result["trace"]["steps"]]
    turn = names[first - 1 : last]
    assert turn in (["load", "put"], ["put", "load"])
    assert names[first - 1 : first - 1 + 5 * len(turn)] == 5 * turn
    assert result["by"]["gain"] >= 1 and int(result["by"]["members"]) > 10**6


@pytest.mark.hours
@pytest.mark.slow
def test_a_limit_is_no_lack_of_a_bound(tmp_path):
    """Reads can be repeated in a slice of 5000 s, and lose time each; but the slice ends."""
    result = found(tmp_path, "lag", "2.6.37", "--host", "slow", "--set", "timeslice=5000s")
    assert (result["kind"], result["bound"]) == ("exact", 2_500_000_000_000)


@pytest.mark.hours
@pytest.mark.slow
def test_a_limit_close_to_what_the_range_of_inputs_allows(tmp_path):
    """A family ends at that range a little below the limit, and another one on the same path at the limit."""
    skew = 2**61 - 2**37
    result = found(
        tmp_path, "lag", "2.6.37", "--host", "skewed", "--set", f"skew_max={skew}", status=20
    )
    assert (result["kind"], int(result["bound"])) == ("at_least", skew)


@pytest.mark.hours
def test_a_sweep_has_a_table_and_a_plot(tmp_path, capsys):
    """The lag of a read on a stable host does not depend on how long the guest runs."""
    plotted = tmp_path / "lag.svg"
    sweep = ["--sweep", "exit_interval=1us..3us:1us", "--plot", str(plotted)]
    asked = ["bound", "lag", "2.6.37", "--host", "stable", *sweep]
    assert main([*asked, "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "design,host,measure,exit_interval,kind,bound,unit",
        *(f"2.6.37,stable,lag,{n}us,exact,0,cycles" for n in (1, 2, 3)),
    ]
    assert plotted.read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lagg"], "unknown measure lagg: did you mean lag, lead?"),
        (["lag", "-p", "monotonic"], "-p monotonic: lag is measured by bounded_lag"),
        (["lag", "--format", "csv"], "--format csv is for --sweep only"),
        (["lag", "--plot", "x.svg"], "--plot is for --sweep only"),
        (["lag", "--sweep", "x=1", "--plot", "x.pdf"], "expected a file name that ends in .svg"),
        (["lag", "--sweep", "timeslice"], "expected NAME=A,B,... or NAME=A..B:STEP"),
        (["lag", "--sweep", "timeslice=1ms..2ms"], "1ms..2ms: expected A..B:STEP"),
        (["lag", "--sweep", "trapping=off"], "trapping has no numbers as values"),
        (["lag", "--sweep", "timeslice=1ms", "timeslice=2ms"], "it is given twice"),
    ],
)
def test_a_mistake_is_one_line(arguments, said, capsys):
    """And the status of usage."""
    assert main(["bound", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1
