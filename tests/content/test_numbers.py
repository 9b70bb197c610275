"""What is done with numbers of instances is read off: what another size may notice, and nothing else."""

import shutil

import pytest

from tests.support.paths import ROOT
from vtsc.content.checked import numbers_of
from vtsc.content.live import first_of
from vtsc.content.reading.uses import Use
from vtsc.content.syntax import numbers_used

NUMBER = "calculates with an instance's number"
COMPARED = "compares an instance's number with another kind of value"
COUNTED = "asks how many instances there are"
PICKED = "picks an instance by a value that is no instance's number"
TOGETHER = "looks at more than 2 instances together"
ROWS = [
    # what may be done
    ("f = vcpu.cpu == cpu", None),
    ("f = vcpu.cpu != -1", None),
    ("f = other.number == vcpu.number", None),
    ("a = vcpu.vm.vcpus[vcpu.number].last_host_tsc", None),
    ("a = host.tsc(vcpu.cpu)", None),
    ("f = either(v.loaded for v in vcpu.vm.vcpus)", None),
    ("f = either(both(v.loaded, w.loaded) for v in vcpu.vm.vcpus for w in vcpu.vm.vcpus)", None),
    ("a = min(p.tsc for p in host.pcpus)", None),
    ("vcpu.cpu = cpu", None),
    ("for v in vcpu.vm.vcpus:\n            v.tsc_offset += 1", None),
    ("for v in vcpu.vm.vcpus:\n            vcpu.vm.vm_init_tsc = 5", None),
    ("a = host.inputs.word(f'late{vcpu.number}', 0, 5)", None),
    ("f = vcpu.tsc_mode == 1", None),
    ("a = len((1, 2, 3))", None),
    # what may not
    ("f = vcpu.number == 1", COMPARED),
    ("f = cpu == 1", COMPARED),
    ("f = vcpu.cpu == 2", COMPARED),
    ("f = vcpu.cpu != vcpu.tsc_mode", COMPARED),
    ("f = vcpu.number < 1", COMPARED),
    ("f = cpu in (1, 2)", COMPARED),
    ("a = vcpu.number * 1000", NUMBER),
    ("a = cpu % 2", NUMBER),
    ("a = -cpu", NUMBER),
    ("a = max(cpu, 1)", NUMBER),
    ("n = vcpu.number\n        n += 1", NUMBER),
    ("a = self.helped(cpu)", NUMBER),
    (
        "if vcpu.number:\n            vcpu.loaded = True",
        "asks for the truth of an instance's number",
    ),
    ("a = len(vcpu.vm.vcpus)", COUNTED),
    ("a = sum(1 if v.loaded else 0 for v in vcpu.vm.vcpus)", COUNTED),
    ("f = self.settings['vcpus'] == 2", COUNTED),
    ("for v in vcpu.vm.vcpus:\n            self.tallied(v)", "carries .last_tsc_nsec from"),
    ("f = self.settings[NAME] == 2", COUNTED),
    ("f = self.settings.get('vcpus') == 2", COUNTED),
    ("given = self.settings\n        f = given['vcpus'] == 2", COUNTED),
    ("a = len(vcpu.vm.vcpus or ())", COUNTED),
    ("pair = (vcpu.vm.vcpus, 1)\n        a = len(pair[0])", PICKED),
    ("pair = (len(vcpu.vm.vcpus), 1)\n        f = pair[0] == 2", COUNTED),
    (
        "for v in vcpu.vm.vcpus:\n            self.counted(v)",
        "carries .last_tsc_write from one instance to the next",
    ),
    ("v = vcpu.vm.vcpus[0]", PICKED),
    ("v = vcpu.vm.vcpus[2:]", PICKED),
    (
        "a = (1, 2, 3)[vcpu.number]",
        "looks an instance's number up in a sequence without an item for each",
    ),
    ("for a, v in zip((1, 2), host.pcpus):\n            v.tsc = a", "pairs instances with"),
    ("n = 0\n        for v in vcpu.vm.vcpus:\n            n += 1", "carries n from"),
    ("v = vcpu\n        for w in vcpu.vm.vcpus:\n            v = w", "carries v from"),
    ("for v in vcpu.vm.vcpus:\n            vcpu.vm.last_emul += 1", "carries .last_emul from"),
    ("for v in vcpu.vm.vcpus:\n            v.vm.last_emul += 1", "carries .last_emul from"),
    (
        "for v in vcpu.vm.vcpus:\n            other.host_tsc = other.host_tsc + 1",
        "carries .host_tsc",
    ),
    ("for v in vcpu.vm.vcpus:\n            self.added(v, vcpu.vm)", None),
    ("f = either(self.asked(v) for v in vcpu.vm.vcpus)", None),
    ("f = either(self.asked(v) for v in vcpu.vm.vcpus for w in vcpu.vm.vcpus)", TOGETHER),
    ("first, *rest = vcpu.vm.vcpus", COUNTED),
    ("f = f'{vcpu.number}' == 'x'", COMPARED),
    (
        "f = either(v.loaded for v in vcpu.vm.vcpus for w in vcpu.vm.vcpus for x in vcpu.vm.vcpus)",
        TOGETHER,
    ),
    ("a = host.inputs.word('late', 0, vcpu.number)", "bounds an input by an instance's number"),
]
HEAD = '''
from model.designs.v2_6_37 import V2637
from vtsc.language import both, either


NAME = "vcpus"


class Mine(V2637):
    """A design with a use in each of its functions."""

    name = "mine"
    title = "an edited 2.6.37"

    def helped(self, number):
        return number + 1

    def added(self, v, vm):
        v.host_tsc += 1
        vm.vm_init_tsc += 1

    def counted(self, v):
        vm = v.vm
        vm.last_tsc_write = vm.last_tsc_write + 1

    def tallied(self, v):
        vm = v
        vm, kept = v.vm, 1
        vm.last_tsc_nsec = vm.last_tsc_nsec + kept

    def asked(self, v):
        return either(w.loaded for w in v.vm.vcpus)

    def vcpu_load(self, host, vcpu, cpu):
        other = vcpu
'''


SHIPPED = ("model.designs.c0dd6a6ed.C0dd6a6ed",)
"""The one shipped design that looks for the greatest of its vCPUs' values."""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What is read off a design that has every row in a function of its own, by row."""
    path = tmp_path_factory.mktemp("design") / "mine.py"
    calls = "".join(f"        self.row{n}(host, vcpu, cpu)\n" for n in range(len(ROWS)))
    source, first = HEAD + calls, {}
    for n, (row, _) in enumerate(ROWS):
        source += f"\n    def row{n}(self, host, vcpu, cpu):\n        other = vcpu\n"
        first[n] = source.count("\n") + 1
        source += f"        {row}\n"
    path.write_text(source)
    rows: dict[int, list[str]] = {n: [] for n in first}
    for use in numbers_used(ROOT, path):
        if use.owners == SHIPPED:
            continue
        assert use.place.startswith(f"{path}:"), "the repository's own content has no other"
        line = int(use.place.rpartition(":")[2])
        if line >= first[0]:
            rows[max(n for n in first if first[n] <= line)].append(use.what)
        else:
            rows.setdefault(-1, []).append(use.what)
    return rows


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_each_row_is_seen_or_allowed(found, number):
    """At its own line."""
    row, what = ROWS[number]
    said = found[number]
    if what is None:
        assert not said, row
    elif "helped" in row:
        assert NUMBER in found[-1]
    elif "self.counted" in row or "self.tallied" in row:
        assert any(text.startswith(what) for text in found[-1])
    else:
        assert any(text.startswith(what) for text in said), (row, said)


def test_what_a_loop_calls_is_followed(found):
    """The function adds up what all instances share, and what each has: the one is told, the other is not."""
    assert found[-1] == [
        NUMBER,
        "carries .vm_init_tsc from one instance to the next",
        "carries .last_tsc_write from one instance to the next",
        "carries .last_tsc_nsec from one instance to the next",
    ]


MADE = '''
from model.designs.v2_6_37 import V2637


def many(settings):
    return settings["vcpus"] >= 4


class Mine(V2637):
    """A design that keeps whether there are many."""

    name = "mine"
    title = "an edited 2.6.37"

    def __init__(self, settings):
        super().__init__(settings)
        self.crowded = many(settings)
        self.usual = settings["virtual_khz"] == 1000000
'''


@pytest.mark.slow
def test_what_a_design_keeps_when_it_is_made_is_read(tmp_path):
    """How many there are is asked in a function that it calls; other parameters may be asked for."""
    path = tmp_path / "mine.py"
    path.write_text(MADE)
    uses = [use for use in numbers_used(ROOT, path) if use.owners != SHIPPED]
    assert [str(use) for use in uses] == [f"{path}:6 {COUNTED}"]


@pytest.mark.slow
@pytest.mark.parametrize("root", [ROOT, ROOT / "examples/seqcount"])
def test_what_the_repository_has_is_for_any_number(root):
    """No function of the model or of the example does any of this, but for a maximum over all vCPUs."""
    assert [use for use in numbers_used(root) if use.owners != SHIPPED] == []


def test_what_was_read_off_is_remembered(tmp_path, monkeypatch):
    """The same when it is recalled."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = shutil.copytree(ROOT / "examples/seqcount", tmp_path / "root")
    machine = root / "model/machine.py"
    line = "        reader = state.readers[r]\n"
    text = machine.read_text()
    machine.write_text(text.replace(line, f"{line}        extra = r * 2\n"))
    number = machine.read_text().splitlines().index("        extra = r * 2") + 1
    first, again = numbers_of(root), numbers_of(root)
    assert first == again
    assert [str(use) for use in first] == [f"model/machine.py:{number} {NUMBER}"]


class One:
    """A design."""


class Other(One):
    """One that is derived from it."""


class Beside(One):
    """Another one."""


def test_a_use_concerns_the_machines_that_lead_to_its_class():
    """A design beside the one that is asked about does not count, one that it is derived from does."""
    use = {
        kind: Use((f"{__name__}.{kind.__name__}",), "here:1", "x") for kind in (One, Other, Beside)
    }
    assert first_of([use[Beside], use[One]], [Other()]) is use[One]
    assert first_of([use[Beside]], [Other()]) is None
    assert first_of([use[Beside], use[Other]], [Other()]) is use[Other]
    anyone = Use((), "here:1", "x")
    assert first_of([anyone], [Other()]) is anyone
