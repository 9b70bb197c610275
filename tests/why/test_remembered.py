"""Explanations come from other processes, and are remembered."""

from tests.support.paths import ROOT
from vtsc.content.loader import load
from vtsc.evidence.trace import load_trace
from vtsc.why.cause import Explanation
from vtsc.why.probes import _probed
from vtsc.why.remembered import explained


def test_records_among_the_values(tmp_path, monkeypatch):
    """Classes of records may be made at run time, so an explanation travels as what reports tell of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    name = "f38e098f.stable.kvmclock_monotonic.pcpus=1.clock_resolution=10ms.kvmclock=on"
    trace = load_trace(ROOT / f"counterexamples/{name}.json")
    for _ in range(2):  # the second time it is remembered
        own = load(str(ROOT))
        explained(own, [trace], "sources", 1)
        found = own.kept(("explanation", trace.text()), lambda: None)
        assert isinstance(found, Explanation) and found.cause is not None
        assert {type(value).__name__ for *_, value in found.values} > {"Vm", "int"}


def test_rules_are_compiled_before_processes_are_forked(tmp_path, monkeypatch):
    """Each of which would compile them all again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    names = ("2.6.35-svm.cstate.monotonic", "e48672fa.cstate.monotonic")
    traces = [load_trace(ROOT / f"counterexamples/{name}.json") for name in names]
    _probed.cache_clear()
    compiled: list[int] = []

    def ordered(items, run, jobs):
        compiled.append(_probed.cache_info().misses)
        found = [run(item) for item in items]
        compiled.append(_probed.cache_info().misses)
        return found

    monkeypatch.setattr("vtsc.why.remembered.in_order", ordered)
    own = load(str(ROOT))
    explained(own, traces, "sources", 1)
    before, after = compiled
    assert before == after > 0
    for trace in traces:
        found = own.kept(("explanation", trace.text()), lambda: None)
        assert isinstance(found, Explanation) and found.cause is not None
