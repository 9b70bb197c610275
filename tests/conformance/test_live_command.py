"""``vtsc live`` as a command: what it prints, how it ends, and that it skips where there is no usable KVM."""

import json
import os

import pytest
from jsonschema import Draft202012Validator

import conformance.live as live
from conformance.live.device import Refused, Unusable
from conformance.live.kvm import Kvm
from model.today import PRESETS
from tests.support.fake_kvm import FakeKvm, broken
from tests.support.paths import ROOT
from vtsc.cli import main

RULES = PRESETS["6.18"]


@pytest.fixture
def fake(monkeypatch):
    """Puts a fake in the place of the host's KVM, and lets no event be recorded."""

    def put(device):
        device.close = lambda: None
        monkeypatch.setattr(live, "Kvm", lambda _path: device)
        monkeypatch.setattr(live, "PLACES", ())

    return put


def test_an_explained_host(fake, capsys):
    """The probes, a line for each scenario, and the verdict last; at most 80 columns."""
    fake(FakeKvm(RULES))
    assert main(["live"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "offsets honoured: yes" in lines
    assert sum(line.split()[1:2] == ["explained"] for line in lines) == 17
    assert lines[-1].startswith("live: EXPLAINED: 17 explained, 0 differs, 0 inconclusive; ")
    assert max(map(len, lines)) <= 80


def test_a_host_that_differs(fake, capsys):
    """Exit status 10, and what was observed beside what the rules say."""
    fake(broken(RULES, count_once=False))
    assert main(["live", "offset-twice"]) == 10
    out = capsys.readouterr().out
    assert "offset-twice          differs " in out
    assert "  STABLE of page 0: True, and by the rules False" in out
    assert out.splitlines()[-1].startswith("live: DIFFERS: 0 explained, 1 differs")


@pytest.mark.parametrize("device", [FakeKvm(RULES), broken(RULES, count_once=False)])
def test_the_document(fake, device, capsys):
    """It follows its schema."""
    fake(device)
    main(["live", "offset-twice", "creation", "--format", "json"])
    schema = json.loads((ROOT / "docs/schemas/live.schema.json").read_text(encoding="utf-8"))
    told = json.loads(capsys.readouterr().out)
    Draft202012Validator(schema).validate(told)
    assert [r["name"] for r in told["results"]] == ["offset-twice", "creation"]


def test_random_sequences(fake, capsys):
    """Each is counted; none is shown that is explained."""
    fake(FakeKvm(RULES))
    assert main(["live", "--fuzz", "45", "--seed", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("live: EXPLAINED: 45 explained")
    assert not any(line.startswith("fuzz-") for line in lines)


@pytest.mark.parametrize(("more", "status"), [([], 0), (["--strict"], 77)])
def test_without_kvm_it_skips(more, status, tmp_path, capsys):
    """One line that says why, and exit status 0; with --strict 77."""
    assert main(["live", "--device", str(tmp_path / "kvm"), *more]) == status
    out = capsys.readouterr().out
    assert out == f"live: SKIPPED: {tmp_path / 'kvm'}: No such file or directory\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every file")
def test_without_access_it_skips(tmp_path, capsys):
    """EACCES is told as what it is."""
    file = tmp_path / "kvm"
    file.touch(mode=0)
    assert main(["live", "--device", str(file)]) == 0
    assert "Permission denied" in capsys.readouterr().out


def test_a_file_that_is_no_device_skips(tmp_path, capsys):
    """The first call fails, and the line says how."""
    file = tmp_path / "kvm"
    file.touch()
    assert main(["live", "--device", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"live: SKIPPED: {file}: ")


def test_another_processor_skips(monkeypatch, capsys):
    """Only x86 has a TSC."""
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert main(["live"]) == 0
    assert capsys.readouterr().out == "live: SKIPPED: this host is no x86, but aarch64\n"


class Lacking(FakeKvm):
    """A fake that lacks one capability."""

    def capability(self, number):
        return 0 if number == 127 else super().capability(number)


class NoTsc(FakeKvm):
    """A fake whose clock source is not the TSC."""

    def create_vm(self):
        made = super().create_vm()
        made.vm.clocksource_tsc = False
        return made


class NoVm(FakeKvm):
    """A fake that creates no VM."""

    def create_vm(self):
        raise Unusable("KVM_CREATE_VM: Cannot allocate memory")


class Refusing(FakeKvm):
    """A fake that refuses what every kernel does."""

    def create_vm(self):
        made = super().create_vm()

        def refuse():
            raise Refused(12)

        made.create_vcpu = refuse
        return made


@pytest.mark.parametrize(
    ("device", "said"),
    [
        (Lacking(RULES), "this kernel does not have the attribute"),
        (NoTsc(RULES), "the host's clock source is not the TSC"),
        (NoVm(RULES), "KVM_CREATE_VM: Cannot allocate memory"),
        (Refusing(RULES), "fails with errno 12"),
    ],
)
def test_a_kvm_that_cannot_be_used_is_skipped(fake, device, said, capsys):
    """In one line, whatever is missing."""
    fake(device)
    assert main(["live"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("live: SKIPPED: ") and said in out and len(out.splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["sleep"], "unknown scenario sleep"),
        (["--fuzz", "0"], "accepted is a whole number"),
        (["--fuzz", "2", "drift"], "name no scenario with it"),
        (["--rules", "2.4"], "2.4"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(fake, given, said, capsys):
    """Exit status 2, and nothing printed."""
    fake(FakeKvm(RULES))
    assert main(["live", *given]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err and len(captured.err.splitlines()) == 1


@pytest.mark.kvm
@pytest.mark.hours
def test_the_kvm_of_this_host(capsys):
    """The real one: every scenario is explained, and a few random sequences are."""
    try:
        Kvm().close()
    except Unusable as unusable:
        pytest.skip(str(unusable))
    assert main(["live", "--strict"]) == 0, capsys.readouterr().out
    assert main(["live", "--strict", "--fuzz", "20"]) == 0, capsys.readouterr().out
