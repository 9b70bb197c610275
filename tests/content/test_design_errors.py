"""A mistake in a design is answered with the user's own file and line, in one line, and exit status 3."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mistakes import HEADS, MEANINGS, SYNTAX, TOPS
from tests.support.paths import ROOT
from tests.support.roots import copied, loaded_afresh
from tests.support.sampling import sampled
from vtsc.cli import main

DESIGN = "model/designs/v2_6_37.py"
PUT = "        vcpu.last_host_tsc = host.tsc(vcpu.cpu)\n"
"""The one statement of the design's vcpu_put."""
TOP = "class V2637(Patch25):\n"
MARK = "# !"
"""Marks the line that the error has to name."""
VERIFY = ["2.6.37", "--host", "stable", "-p", "bounded_lag", "--bounded", "--depth", "1", "-j", "1"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the content, of whose designs one is edited."""
    return copied(tmp_path_factory.mktemp("root"))


@pytest.fixture
def fresh(monkeypatch) -> Iterator[None]:
    """Content is loaded as in a process of its own, and what was loaded before is put back."""
    with loaded_afresh(monkeypatch):
        yield


def written(copy: Path, old: str, new: str, at: str) -> int:
    """Put ``new`` where ``old`` stands in the design; the line that its error has to name.

    ``at``: a part of the line, where none is marked.
    """
    text = (ROOT / DESIGN).read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    (copy / DESIGN).write_text(text, encoding="utf-8")
    mark = MARK if MARK in new else at
    return next(n for n, line in enumerate(text.splitlines(), 1) if mark in line)


def indented(code: str) -> str:
    return "".join(f"        {line}\n" for line in code.splitlines())


def complaint(capsys, *arguments: str) -> str:
    """What a command that has to fail with status 3 says."""
    assert main(list(arguments)) == 3
    out, err = capsys.readouterr()
    return err if err else out


def refused(capsys, copy: Path) -> str:
    """The one line in which a content is refused when it is loaded."""
    said = complaint(capsys, "list", "--root", str(copy))
    assert len(said.splitlines()) == 1
    return said


@pytest.mark.slow
@sampled(3, "name", SYNTAX)
def test_a_statement_that_is_not_on_the_list(capsys, copy, name):
    """Refused before anything runs."""
    code, said = SYNTAX[name]
    line = written(copy, PUT, indented(code), code.splitlines()[0])
    assert f"vtsc: {DESIGN}:{line}: " in (text := refused(capsys, copy)) and said in text


@pytest.mark.slow
@pytest.mark.parametrize("name", TOPS)
def test_what_stands_at_the_top_of_a_file(capsys, copy, name):
    """Refused before anything runs."""
    code, said = TOPS[name]
    line = written(copy, TOP, f"{code}\n\n\n{TOP}", code.splitlines()[0])
    assert f"vtsc: {DESIGN}:{line}: " in (text := refused(capsys, copy)) and said in text


@pytest.mark.slow
@pytest.mark.parametrize("name", HEADS)
def test_the_head_of_a_rule(capsys, copy, name):
    """Refused before anything runs."""
    code, said = HEADS[name]
    head = "    def vcpu_put(self, host: Host, vcpu: Vcpu)"
    decorated = "    @wrapped  # !\n" if name == "a decorator" else ""
    new = f"{decorated}    def vcpu_put(self, host: Host, {code})"
    line = written(copy, head, new, "def vcpu_put")
    assert f"vtsc: {DESIGN}:{line}: " in (text := refused(capsys, copy)) and said in text


@pytest.mark.slow
@sampled(3, "name", MEANINGS)
def test_an_operation_without_one_meaning(capsys, copy, fresh, name):
    """An error of the cell, which is found while the design is explored."""
    code, said = MEANINGS[name]
    language = "from vtsc.language import s64"
    written(copy, language, f"{language}, u64", "")
    text = (copy / DESIGN).read_text(encoding="utf-8").replace(PUT, PUT + indented(code))
    (copy / DESIGN).write_text(text, encoding="utf-8")
    mark = MARK if MARK in code else code.splitlines()[0]
    line = next(n for n, found in enumerate(text.splitlines(), 1) if mark in found)
    told = " ".join(complaint(capsys, "verify", *VERIFY, "--root", str(copy)).split())
    assert f"{DESIGN}:{line}: " in told and said in told


@pytest.mark.slow
def test_an_input_where_reports_look_too(capsys, copy, fresh):
    """A design may ask for one in a step, and not in what a guest would read, which reports ask as well."""
    asked = 'host.inputs.word("late", 0, 5)'
    read = "\n    def read_tsc(self, host: Host, vcpu: Vcpu) -> int:\n"
    written(copy, PUT, f"{PUT}        vcpu.tsc_offset += {asked}\n", PUT.strip())
    assert main(["list", "--root", str(copy)]) == 0
    capsys.readouterr()
    line = written(copy, PUT, f"{PUT}{read}        return {asked}  {MARK}\n", "")
    said = f"vtsc: {DESIGN}:{line}: an input where lemmas and reports look too: ask in a function"
    assert refused(capsys, copy).startswith(said)


@pytest.mark.slow
def test_the_design_as_it_is_has_no_error(capsys, copy, fresh):
    """The same commands accept it."""
    written(copy, PUT, PUT, PUT.strip())
    assert main(["list", "--root", str(copy)]) == 0
    deeper = ["8" if x == "1" and VERIFY[n - 1] == "--depth" else x for n, x in enumerate(VERIFY)]
    assert main(["verify", *deeper, "--root", str(copy)]) == 0
    assert capsys.readouterr().err == ""


KEPT = """    def __init__(self, settings):
        super().__init__(settings)
        self.tokens = iter((1, 2))  # !

"""


def test_an_iterator_that_a_design_keeps(capsys, copy):
    """It remembers what it gave, though nothing is stored to it."""
    head = "    def vcpu_put(self, host: Host"
    line = written(copy, head, KEPT + head, "")
    said = f"vtsc: {DESIGN}:{line}: an iterator that is kept: make it a tuple, as in tuple(...)"
    assert refused(capsys, copy).startswith(said)


REFUSED_STARTS = {
    "a condition": "require(host.tsc_unstable)  # !",
    "an input without values": 'vcpu.last_emul = host.inputs.word("b", 9, 5)  # !',
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED_STARTS)
def test_a_design_that_refuses_every_start(capsys, copy, fresh, name):
    """The line that refuses it, and not the parameters, is to blame."""
    language = "from vtsc.language import s64"
    written(copy, language, f"{language}, require", "")
    text = (copy / DESIGN).read_text(encoding="utf-8")
    head = "    def vcpu_put(self, host: Host"
    code = f"""    def vcpu_create(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        \"\"\"Refuse it.\"\"\"
        super().vcpu_create(host, vcpu, cpu)
        {REFUSED_STARTS[name]}

"""
    text = text.replace(head, code + head, 1)
    (copy / DESIGN).write_text(text, encoding="utf-8")
    line = next(n for n, found in enumerate(text.splitlines(), 1) if MARK in found)
    told = " ".join(complaint(capsys, "verify", *VERIFY, "--root", str(copy)).split())
    assert f"{DESIGN}:{line}: no run can begin: this refuses every initial state" in told


def test_a_field_that_never_changes_as_the_model_says(capsys, copy, fresh):
    """A store of anything else is refused where it is made."""
    line = written(copy, PUT, PUT + "        vcpu.time_page = True  # !\n", "")
    told = " ".join(complaint(capsys, "verify", *VERIFY, "--root", str(copy)).split())
    said = (
        "a store of True into vcpu0.time_page, which never changes, as the model says: it is False"
    )
    assert f"{DESIGN}:{line}: {said}" in told
