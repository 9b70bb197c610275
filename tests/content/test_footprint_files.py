"""The footprint of a design in a file that a manifest names: its own file counts, and the others do not."""

from tests.support.paths import ROOT
from vtsc.content.case import Case
from vtsc.content.footprint import Footprints
from vtsc.content.loader import load, with_designs
from vtsc.deciding.memory import Memory
from vtsc.engines import Effort

OWN = (ROOT / "examples" / "my_patch.py").read_text(encoding="utf-8")


def test_a_change_of_one_file_counts_for_its_design_alone(tmp_path):
    """Neither for the design in another file, nor for one of the root; the bytes of all files are known."""
    mine, other = tmp_path / "mine.py", tmp_path / "other.py"
    other.write_text(OWN.replace('"my-patch"', '"other-patch"'), encoding="utf-8")
    root = load(str(ROOT))
    found = []
    for text in (OWN, OWN.replace("vcpu.last_host_tsc = 0", "vcpu.last_host_tsc = 1")):
        mine.write_text(text, encoding="utf-8")
        content = with_designs(root, [str(mine), str(other)])
        footprints = Footprints(content)
        rules = {}
        for name in ("my-patch", "other-patch", "patch25"):
            settings = content.resolve(name, "monotonic", {})
            rules[name] = footprints.of(Case(content, name, "cstate", settings), ["monotonic"])
        found.append(rules)
    before, after = found
    assert before["my-patch"].rules != after["my-patch"].rules
    assert before["other-patch"].rules == after["other-patch"].rules
    assert before["patch25"].rules == after["patch25"].rules
    assert before["patch25"].sources != after["patch25"].sources


def test_what_is_remembered_rests_on_the_texts_that_were_loaded(tmp_path, content):
    """A file that is saved while a gate decides counts as it was when the gate began."""
    mine = tmp_path / "mine.py"
    mine.write_text(OWN, encoding="utf-8")
    loaded = with_designs(content, [str(mine)])
    mine.write_text(
        OWN.replace("vcpu.last_host_tsc = 0", "vcpu.last_host_tsc = 1"), encoding="utf-8"
    )
    late = Memory.of(loaded, Effort.ALL).sources
    assert Memory.of(with_designs(content, [str(mine)]), Effort.ALL).sources != late
    mine.write_text(OWN, encoding="utf-8")
    assert Memory.of(with_designs(content, [str(mine)]), Effort.ALL).sources == late
