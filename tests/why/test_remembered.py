"""Explanations come from other processes, and are remembered."""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec

from tests.support.paths import ROOT
from vtsc.content.loader import load
from vtsc.content.turns import Content
from vtsc.evidence.trace import load_trace
from vtsc.why import probes
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


def test_code_with_probes_is_kept_as_a_compiled_copy(tmp_path, monkeypatch):
    """A copy counts for the very text that it was made of; what is not loaded from a file has none."""
    file = tmp_path / "sample_of_probes.py"
    file.write_text("", encoding="utf-8")
    loader = Content("sample_of_probes", str(file))
    spec = ModuleSpec(loader.name, loader, origin=str(file))
    monkeypatch.setitem(sys.modules, loader.name, module_from_spec(spec))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    made = []
    compiled = probes._compiled
    monkeypatch.setattr(probes, "_compiled", lambda *given: made.append(given) or compiled(*given))
    texts = ["x = 1\ndef f(x):\n    return 2 if x > 1 else 3\n"]
    texts.append(texts[0].replace("x > 1", "x > 2"))
    for text in texts:
        file.write_text(text, encoding="utf-8")
        before = len(made)
        for _ in range(2):
            _probed.cache_clear()
            probes._loaders.cache_clear()
            sites, codes = _probed(str(file), text)
            assert [site.line for site in sites] == [3]
            assert sites[0].text in text and ("f", 2) in codes
        assert len(made) == before + 1
    _probed.cache_clear()
    _probed(str(file), texts[0])  # the file has another text by now
    assert len(made) == 3
    probes._loaders.cache_clear()
    _probed.cache_clear()
