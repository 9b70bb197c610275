"""What guards stores does so in every command, and says what else a model promises of itself."""

from dataclasses import replace

import pytest

from tests.support.paths import ROOT
from tests.support.stores import (
    CLASS,
    DESIGN,
    OF_EXAMPLE,
    PROPERTY,
    SIMULATE,
    SOMETIMES,
    VERIFY,
    Store,
    complaint,
    written,
)
from vtsc.cli import main

KINDS = {
    "the design": Store("self.moved = True  # !", "a store into .moved of a "),
    "a list of the module": Store("SEEN.append(1)  # !", ".SEEN: ", top="SEEN = []\n"),
    "an undeclared field": Store(
        "vcpu.note = 1  # !", "a store into vcpu0.note, which is not declared"
    ),
    "the host's field": Store("host.t = 0  # !", "a store into host.t: the functions of a Design"),
    "a float": Store("vcpu.tsc_offset = 0.5  # !", "vcpu0.tsc_offset: 0.5 is no number"),
}
TRACE = str(ROOT / "counterexamples/2.6.37.resetting.monotonic.json")
EXAMPLE = str(ROOT / "docs/example-certificate")
PUT_OF_EXAMPLE = "        vcpu.host_tsc = host.tsc(vcpu.cpu)\n"
LOAD = "            vcpu.cpu = cpu\n"
STATE = "model/state.py"


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_replay_names_the_line(capsys, copy, fresh, name):
    """Of a run that puts a vCPU."""
    line, store = written(copy, KINDS[name]), KINDS[name]
    said = complaint(capsys, "replay", TRACE, "--inputs", "--root", str(copy))
    assert f"{store.file}:{line}: " in said and store.said in said


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_certify_names_the_line(capsys, copy, fresh, name):
    """Before it compares anything."""
    store = replace(KINDS[name], file=OF_EXAMPLE, before=PUT_OF_EXAMPLE)
    line = written(copy, store)
    said = complaint(capsys, "certify", EXAMPLE, "--root", str(copy))
    assert f"{store.file}:{line}: " in said and store.said in said


def test_a_sometimes_stores_into_its_own_ghosts_only(capsys, copy, fresh):
    """It is watched like a property, where a system is made of it."""
    before = '        if step.call.name != "serve":\n'
    code = "state.vm.vcpus[0].tsc_offset = 0  # !"
    line = written(copy, Store(code, "", file=SOMETIMES, before=before))
    verify = [*VERIFY[:-4], "--depth", "4", "-j", "1"]
    said = complaint(capsys, "verify", *verify, "--root", str(copy))
    assert f"{SOMETIMES}:{line}: a store into vcpu0.tsc_offset: a property stores into" in said


@pytest.mark.parametrize("command", ["simulate", "verify"])
def test_a_condition_that_a_model_states_names_the_return(capsys, copy, fresh, command):
    """That vcpu_load leaves its pCPU in vcpu.cpu: the return taken, and the conditions on the way there."""
    begun = "        if vcpu.cpu != cpu or host.tsc_unstable:\n"
    code = "if vcpu.created and vcpu.cpu != cpu:\n    return  # !"
    line = written(copy, Store(code, "", before=begun))
    arguments = SIMULATE if command == "simulate" else VERIFY
    said = complaint(capsys, command, *arguments, "--root", str(copy))
    told = (
        f"{DESIGN}:{line}: vcpu_load returns here with `vcpu.created and vcpu.cpu != cpu`, and it"
    )
    assert (
        told in said
        and "does not hold that vcpu_load leaves the pCPU that it is given in vcpu.cpu" in said
    )


@pytest.mark.parametrize("command", ["simulate", "verify"])
def test_the_way_to_the_end_of_a_function_is_told(capsys, copy, fresh, command):
    """Where nothing returns early, the last line and every condition that was met."""
    text = (ROOT / DESIGN).read_text(encoding="utf-8")
    changed = text.replace(LOAD, "            vcpu.tsc_rebase = False  # !\n")
    assert changed != text
    (copy / DESIGN).write_text(changed, encoding="utf-8")
    line = next(n for n, each in enumerate(changed.splitlines(), 1) if "# !" in each)
    arguments = SIMULATE if command == "simulate" else VERIFY
    said = complaint(capsys, command, *arguments, "--root", str(copy))
    assert (
        f"{DESIGN}:{line}: vcpu_load returns here with `vcpu.cpu != cpu or host.tsc_unstable`"
        in said
    )
    assert "not `tsc_delta < 0`, not `host.tsc_unstable`" in said


@pytest.mark.parametrize("command", ["simulate", "verify"])
def test_what_only_looks_asks_for_no_input(capsys, copy, fresh, command):
    """An input that is asked for in read_tsc."""
    read = (
        CLASS + "    def read_tsc(self, host, vcpu):\n"
        '        return super().read_tsc(host, vcpu) + host.inputs.word("late", 0, 5)  # !\n\n'
    )
    line = written(copy, Store("pass", "", top=read))
    arguments = SIMULATE if command == "simulate" else VERIFY
    said = complaint(capsys, command, *arguments, "--root", str(copy))
    assert f"{DESIGN}:{line}: an input is asked for by a function that only looks: ask in a" in said


def test_a_value_in_a_record_that_is_no_field(capsys, copy, fresh):
    """`tsc_note: int = 0` where a field is declared with counter(...) is refused when the model is loaded."""
    text = (ROOT / STATE).read_text(encoding="utf-8")
    mark = "    loaded: bool = flag("
    (copy / STATE).write_text(
        text.replace(mark, f"    tsc_note: int = 0\n{mark}"), encoding="utf-8"
    )
    said = complaint(capsys, "list", "--root", str(copy))
    (copy / STATE).write_text(text, encoding="utf-8")
    line = next(
        n for n, each in enumerate(text.splitlines(), 1) if each.startswith("class VcpuFields")
    )
    assert (
        f"{STATE}:{line}: tsc_note of VcpuFields is no field: declare it with counter(...)" in said
    )


@pytest.mark.slow
def test_the_content_as_it_is_has_no_error(capsys, copy, fresh):
    """The same commands accept it."""
    for file in (DESIGN, PROPERTY, SOMETIMES):
        (copy / file).write_text((ROOT / file).read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["replay", TRACE, "--inputs", "--root", str(copy)]) == 10
    assert main(["simulate", *SIMULATE, "--root", str(copy)]) == 0
    verify = ["8" if x == "1" and VERIFY[n - 1] == "--depth" else x for n, x in enumerate(VERIFY)]
    assert main(["verify", *verify, "--root", str(copy)]) == 0
