"""What a gate remembers, which is checked before it is believed."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.support.gates import PROVED, VIOLATED, remembered
from tests.support.paths import ROOT
from tests.support.sampling import sampled


def changed_memory(path: Path, change, *, sealed=True):
    """Change what is remembered, and unless ``sealed`` is false its checksum, too."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    change(kept["kept"])
    text = json.dumps([f"decided/{path.name}", kept["kept"]]).encode()
    kept["seal"] = hashlib.sha256(text).hexdigest() if sealed else kept["seal"]
    path.write_text(json.dumps(kept), encoding="utf-8")


KEPT: dict[str, tuple[str, str]] = {}
"""For each manifest the name and the text of the file that a gate remembers it by."""


@pytest.fixture
def decided(gate, tmp_path):
    """Have a manifest's cell remembered, which is decided once in a process; the file of it."""

    def of(text):
        folder = tmp_path / "cache" / "vtsc" / "decided"
        if text not in KEPT:
            assert gate(text)[0] == 0
            path = remembered(tmp_path)
            KEPT[text] = (path.name, path.read_text(encoding="utf-8"))
        folder.mkdir(parents=True, exist_ok=True)
        name, kept = KEPT[text]
        (folder / name).write_text(kept, encoding="utf-8")
        return folder / name

    return of


def trace(kept):
    """The trace of the cell."""
    return kept["cells"]["bounded_lag"]["trace"]


def reached(kept):
    """The trace of the first "sometimes" that is reached."""
    return next(s["trace"] for s in kept["sometimes"] if s["trace"])


@pytest.mark.slow
@sampled(
    8,
    ("text", "change"),
    [
        (VIOLATED, lambda k: k.pop("cells")),
        (VIOLATED, lambda k: k.pop("sometimes")),
        (VIOLATED, lambda k: k["sometimes"].pop()),
        (VIOLATED, lambda k: trace(k).update(steps=trace(k)["steps"][:-1])),
        (VIOLATED, lambda k: trace(k)["steps"][-1]["inputs"].update(dt=0)),
        (VIOLATED, lambda k: trace(k)["steps"][-1]["state"]["host"].update(t=3)),
        (VIOLATED, lambda k: trace(k).update(host="fast")),
        (VIOLATED, lambda k: trace(k)["params"].update(lag_bound="2ms")),
        (VIOLATED, lambda k: k["cells"].update(bounded_lag=None)),
        (VIOLATED, lambda k: k["sometimes"][0]["trace"].update(steps=[])),
        (VIOLATED, lambda k: reached(k)["steps"][0]["state"]["host"].update(t=3)),
        (VIOLATED, lambda k: reached(k)["params"].update(vcpus=3)),
        (PROVED, lambda k: k["cells"]["bounded_lag"]["lemmas"].pop()),
        (PROVED, lambda k: k["cells"]["bounded_lag"].update(lemmas=[["", "nonsense"]])),
        (PROVED, lambda k: k["cells"]["bounded_lag"].update(k="x")),
        (PROVED, lambda k: next(s for s in k["sometimes"] if s["trace"]).update(trace=None)),
    ],
)
def test_what_does_not_stand_up_is_not_believed(gate, decided, searching_is_an_error, text, change):
    """With --recheck, whatever is remembered and can be checked is checked."""
    changed_memory(decided(text), change)
    searching_is_an_error()
    assert gate(text, "--recheck")[0] == 70


@pytest.mark.slow
@sampled(
    4,
    "change",
    [
        lambda k: k.pop("cells"),
        lambda k: trace(k).update(steps=trace(k)["steps"][:-1]),
        lambda k: trace(k)["steps"][-1]["inputs"].update(dt=0),
        lambda k: trace(k)["steps"][-1]["state"]["host"].update(t=3),
        lambda k: trace(k).update(host="fast"),
        lambda k: k["cells"]["bounded_lag"].update(status="sound"),
        lambda k: k["cells"]["bounded_lag"].update(status="unknown", reason="of another budget"),
        lambda k: k.update(footprint="another"),
    ],
)
def test_a_violation_is_played_again_also_where_it_is_remembered(
    gate, decided, searching_is_an_error, change
):
    """Without --recheck, too: a trace counts if the plain interpreter makes the same run of it."""
    changed_memory(decided(VIOLATED), change)
    searching_is_an_error()
    assert gate(VIOLATED)[0] == 70


@pytest.mark.slow
@pytest.mark.parametrize("text", [VIOLATED, PROVED])
def test_an_entry_has_a_checksum(gate, decided, searching_is_an_error, text):
    """A changed number of units is noticed, which nothing else would notice."""
    changed_memory(decided(text), lambda k: k["cells"]["bounded_lag"].update(units=1), sealed=False)
    searching_is_an_error()
    assert gate(text)[0] == 70


@pytest.mark.slow
def test_a_proof_is_believed_or_checked_or_found_again(gate, decided, searching_is_an_error):
    """By default nothing is solved, with --recheck the certificate, and with --again all is decided anew."""
    decided(PROVED)
    searching_is_an_error()
    status, said, _ = gate(PROVED)
    assert status == 0
    told = " ".join(said.split())
    assert "remembered: 1 of 1, on whose rules nothing has changed since they were decided" in told
    status, checked, _ = gate(PROVED, "--recheck")
    assert status == 0 and "remembered" not in checked
    assert [line for line in said.splitlines() if "PROVED" in line] == [
        line for line in checked.splitlines() if "PROVED" in line
    ]
    assert gate(PROVED, "--again")[0] == 70


@pytest.mark.slow
@pytest.mark.parametrize("rest", ["", "{", "[]", "\x00", "[" * 100_000])
def test_what_cannot_be_read_is_not_believed(gate, decided, searching_is_an_error, rest):
    """Whatever is left of a file."""
    decided(VIOLATED).write_text(rest, encoding="utf-8")
    searching_is_an_error()
    assert gate(VIOLATED)[0] == 70


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [lambda k: k.pop("cells"), lambda k: k.update(rests_on="other")],
    ids=["that does not stand up", "that rests on other sources"],
)
def test_what_is_not_believed_is_decided_again_and_replaced(gate, decided, tmp_path, change):
    """One file a case: the next run finds what the first one did."""
    path = decided(VIOLATED)
    whole = path.read_text(encoding="utf-8")
    changed_memory(path, change)
    assert gate(VIOLATED)[0] == 0
    assert remembered(tmp_path).read_text(encoding="utf-8") == whole


@pytest.mark.slow
def test_no_shorter_run_is_believed_of_what_has_not_changed(
    gate, decided, searching_is_an_error, monkeypatch
):
    """Another solver, another version, another depth, other parameters, other properties: decided again."""
    from vtsc.deciding import memory

    decided(VIOLATED)
    searching_is_an_error()
    assert gate(VIOLATED)[0] == 0
    for text in (
        VIOLATED + "depth = 19\n",
        VIOLATED.replace("set.vcpus = 2", "set = { vcpus = 2, pcpus = 3 }"),
        VIOLATED.replace('"bounded_lag"', '["bounded_lag", "bounded_lead"]'),
        VIOLATED.replace('"pre25"', '"2.6.37"'),
        VIOLATED.replace('"slow"', '"fast"'),
    ):
        assert gate(text)[0] == 70, text
    with monkeypatch.context() as patch:
        patch.setattr(memory, "version", lambda: "z3 9")
        assert gate(VIOLATED)[0] == 70
    with monkeypatch.context() as patch:
        patch.setattr("vtsc.__version__", "9")
        assert gate(VIOLATED)[0] == 70
    assert gate(VIOLATED)[0] == 0


def test_it_rests_on_every_source_of_the_checker(content):
    """A file of the checker that comes makes another memory."""
    from vtsc.deciding.memory import Memory
    from vtsc.engines import Effort

    before = Memory.of(content, Effort.ALL)
    checker = ROOT / "vtsc" / "a_file_of_a_test.py"
    try:
        checker.touch()
        assert Memory.of(content, Effort.ALL).rests_on != before.rests_on
    finally:
        checker.unlink()
    assert Memory.of(content, Effort.ALL).rests_on == before.rests_on
