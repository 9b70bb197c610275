"""The recorder, preloaded into a VMM of the tests' own: its log follows the schema and becomes a recipe."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from questions.recipes.logs.recorded import read_recorded
from questions.recipes.logs.traced import read_traced
from questions.recipes.logs.writing import recipe
from questions.recipes.reading.file import read_file
from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError

HERE = Path(__file__).parent
SCHEMA = json.loads((ROOT / "docs/schemas/recorded.schema.json").read_text(encoding="utf-8"))
SHARED = ("-shared", "-fPIC")

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the recorder, the stand-in for KVM, and the VMM."""
    folder = tmp_path_factory.mktemp("built")
    recorder = ROOT / "tools/recorder/recorder.c"
    for source, made, options in (
        (recorder, "recorder.so", SHARED),
        (HERE / "fake_kvm.c", "fake_kvm.so", SHARED),
        (HERE / "vmm.c", "vmm", ()),
    ):
        command = ["cc", "-Wall", "-Wextra", "-Werror", *options, "-o", folder / made, source]
        done = subprocess.run(
            [*command, "-ldl", "-lpthread"], capture_output=True, text=True, check=False
        )
        if done.returncode and "linux/kvm.h" in done.stderr:
            pytest.skip("no header of KVM")
        assert not done.returncode, done.stderr
    return folder


def recorded(built: Path, log: Path, device: str, libraries: tuple[str, ...]) -> list[dict]:
    """The lines of a log of the VMM on a device."""
    preload = ":".join(str(built / name) for name in libraries)
    environment = {**os.environ, "LD_PRELOAD": preload, "VTSC_LOG": str(log)}
    subprocess.run([built / "vmm", device], env=environment, check=True)
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def made(log: Path, reader, tmp_path: Path):
    """The text of the recipe of a log, and the recipe as it is read again."""
    text = recipe([reader(log.name, log.read_text(encoding="utf-8"))], "a test")
    path = tmp_path / "made.toml"
    path.write_text(text, encoding="utf-8")
    return text, path


def without_times(text: str) -> list[str]:
    """The steps of a recipe without the waits."""
    steps = re.findall(r'^  "(.*)",$', text, flags=re.M)
    return [re.sub(r"wait [0-9]+\w+; ", "", step) for step in steps]


WHOLE = [
    "v0: pause",
    "v1: pause",
    "v0: KVM_GET_TSC_KHZ",
    "vm: KVM_GET_CLOCK",
    "v0: KVM_GET_MSRS TSC",
    "v1: KVM_GET_MSRS TSC",
    "v0: KVM_CREATE_VCPU",
    "v1: KVM_CREATE_VCPU",
    "v0: KVM_SET_MSRS TSC=saved",
    "v0: KVM_KVMCLOCK_CTRL -> EINVAL",
    "v1: KVM_SET_MSRS TSC=saved",
    "v1: KVM_KVMCLOCK_CTRL -> EINVAL",
    "vm: KVM_SET_CLOCK clock=saved flags=0",
    "v0: KVM_RUN",
    "v1: KVM_RUN",
]
"""What the VMM does, as a recipe says it."""
OPEN = {
    "KVM_GET_MSRS TSC": "KVM_GET_MSRS TSC TSC_DEADLINE",
    "KVM_SET_MSRS TSC=saved": "KVM_SET_MSRS TSC=?",
    "KVM_SET_CLOCK clock=saved flags=0": "KVM_SET_CLOCK clock=? flags=?",
}
"""What stands for the payloads that strace does not show."""


def test_the_log_and_its_recipe(built, tmp_path):
    """Requests that are passed as signed ints are known; runs in a row are one line; the recipe is whole."""
    log = tmp_path / "run.jsonl"
    lines = recorded(built, log, "/dev/null", ("recorder.so", "fake_kvm.so"))
    for line in lines:
        jsonschema.validate(line, SCHEMA)
    runs = [line["payload"]["repeated"] for line in lines if line["call"] == "KVM_RUN"]
    assert runs == [3, 3, 1, 1]
    reads = [line["payload"]["msrs"] for line in lines if line["call"] == "KVM_GET_MSRS"]
    assert reads == [[["0x10", "0x12a05f200"]], [["0x10", "0x12a05f27b"]]]
    text, path = made(log, read_recorded, tmp_path)
    assert without_times(text) == WHOLE
    (found,) = read_file(path, "made.toml")
    assert found.uptime.low == found.uptime.high == 2_500_000_000
    begun = {(line["call"], line["vm"]): line["time"] for line in reversed(lines)}
    last_saved = max(line["time"] for line in lines if line["call"] == "KVM_GET_MSRS")
    assert found.gap.low == found.gap.high == begun["KVM_CREATE_VCPU", 1] - last_saved


def test_without_a_file_nothing_is_recorded(built, tmp_path):
    """The recorder may stay preloaded."""
    preload = f"{built}/recorder.so:{built}/fake_kvm.so"
    environment = {k: v for k, v in os.environ.items() if k != "VTSC_LOG"}
    environment["LD_PRELOAD"] = preload
    done = subprocess.run(
        [built / "vmm", "/dev/null"], env=environment, cwd=tmp_path, capture_output=True, check=True
    )
    assert not done.stdout and not done.stderr and not list(tmp_path.iterdir())


@pytest.mark.skipif(not os.access("/dev/kvm", os.R_OK | os.W_OK), reason="no /dev/kvm")
def test_on_a_real_device(built, tmp_path):
    """The same VMM on the host's KVM gives the same recipe."""
    log = tmp_path / "real.jsonl"
    for line in recorded(built, log, "/dev/kvm", ("recorder.so",)):
        jsonschema.validate(line, SCHEMA)
    text, path = made(log, read_recorded, tmp_path)
    assert without_times(text) == WHOLE
    assert read_file(path, "made.toml")


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")
def test_the_skeleton_of_a_strace(built, tmp_path):
    """Order and threads are those of the log; payloads are left open, and so it is refused."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        pytest.skip("no /dev/kvm: strace sees the kernel's calls only")
    log = tmp_path / "trace.txt"
    command = ["strace", "-f", "-ttt", "-yy", "-e", "trace=ioctl", "-o", log, built / "vmm"]
    if subprocess.run([*command, "/dev/kvm"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here")
    text, path = made(log, read_traced, tmp_path)
    opened = [
        f"{who}: {OPEN.get(call, call)}" for who, call in (step.split(": ") for step in WHOLE)
    ]
    assert without_times(text) == opened
    with pytest.raises(BadFileError, match="expected the value that the VMM passes there"):
        read_file(path, "made.toml")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no QEMU")
@pytest.mark.skipif(not os.access("/dev/kvm", os.R_OK | os.W_OK), reason="no /dev/kvm")
def test_qemu(built, tmp_path):
    """A boot of QEMU's: its reset writes 1 or 0 to the TSC of each vCPU, and the recipe can be read."""
    log = tmp_path / "qemu.jsonl"
    command = [
        "qemu-system-x86_64",
        "-accel",
        "kvm",
        "-smp",
        "2",
        "-display",
        "none",
        "-nodefaults",
    ]
    environment = {**os.environ, "LD_PRELOAD": str(built / "recorder.so"), "VTSC_LOG": str(log)}
    given = {"input": "stop\nquit\n", "env": environment, "text": True, "timeout": 120}
    done = subprocess.run(
        [*command, "-monitor", "stdio"], capture_output=True, check=False, **given
    )
    if done.returncode:
        pytest.skip(f"QEMU does not run here: {done.stderr[-200:]}")
    for line in log.read_text(encoding="utf-8").splitlines():
        jsonschema.validate(json.loads(line), SCHEMA)
    text, path = made(log, read_recorded, tmp_path)
    (found,) = read_file(path, "made.toml")
    assert found.vcpus == 2
    writes = [
        step for step in without_times(text) if re.search(r"KVM_SET_MSRS .*\bTSC=[01]\b", step)
    ]
    assert {step[:2] for step in writes} == {"v0", "v1"}
