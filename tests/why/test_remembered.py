"""Explanations come from other processes, and are remembered."""

from tests.support.paths import ROOT
from vtsc.content.loader import load
from vtsc.evidence.trace import load_trace
from vtsc.why.cause import Explanation
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
