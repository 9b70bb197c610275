"""A mistake in a design is answered with the user's own file and line, in one line, and exit status 3."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.roots import copied, loaded_afresh
from vtsc.cli import main

DESIGN = "model/designs/v2_6_37.py"
PUT = "        vcpu.last_host_tsc = host.tsc(vcpu.cpu)\n"
"""The one statement of the design's vcpu_put."""
TOP = "class V2637(Patch25):\n"
MARK = "# !"
"""Marks the line that the error has to name."""
VERIFY = ["2.6.37", "--host", "stable", "-p", "bounded_lag", "--bounded", "--depth", "1", "-j", "1"]

SYNTAX = {
    # operators and comparisons
    "invert a flag": ("if ~vcpu.loaded: pass", "`~`: write not x for a flag"),
    "invert a mask": (
        "vcpu.tsc_offset = 5 & ~7",
        "`~`: write not x for a flag, and x - (x & mask)",
    ),
    "divide": ("vcpu.tsc_offset = vcpu.tsc_offset / 2", "`/`: write cdiv(a, b), which truncates"),
    "divide in place": ("vcpu.tsc_offset /= 2", "`/`: write cdiv(a, b), which truncates"),
    "power": ("vcpu.tsc_offset = vcpu.last_host_tsc ** 2", "`**`: write 1 << n"),
    "is True": ("if vcpu.loaded is True: pass", "`is` asks for the same object: compare with =="),
    "is not an object": ("if vcpu.vm is not vcpu: pass", "`is` asks for the same object"),
    "== None": ("if vcpu.cpu == None: pass", "a comparison with None: write is None"),
    "in a list of vCPUs": ("if vcpu in vcpu.vm.vcpus: pass", "`in`: write x == a or x == b"),
    # values
    "a float": ("vcpu.tsc_offset = 0.5", "0.5: write whole numbers, as in 3 * x // 2"),
    "a text": ("vcpu.tsc_offset = 'lag'", "a text as a value: a text may be compared"),
    "None": ("vcpu.tsc_offset = None", "None as a value: write a number"),
    "an f-string": ("x = f'request_{cpu}'", "an f-string: it may stand in brackets only"),
    "a set": ("x = {1, 2}", "a set: write a tuple"),
    "a dict of numbers": ("x = {1: 2}", "a dict: declare fields"),
    "a dict comprehension": (
        "x = {v: 1 for v in vcpu.vm.vcpus}",
        "a dict: records by name are made",
    ),
    "a set comprehension": ("x = {v for v in vcpu.vm.vcpus}", "a set: write a generator"),
    "a function kept": ("x = s64", "s64 as a value: a function is called by its name"),
    "a class kept": ("x = Patch25", "Patch25 as a value: a function is called by its name"),
    "ellipsis": ("vcpu.tsc_offset = ...", "Ellipsis: write whole numbers"),
    "bytes": ("vcpu.tsc_offset = b'1'", "b'1': write whole numbers"),
    # statements
    "try": (
        "try:  # !\n    pass\nexcept ValueError:\n    pass",
        "`try`: a step that cannot be taken",
    ),
    "with": ("with host: pass", "`with`: rules hold nothing that has to be given back"),
    "while": ("while vcpu.tsc_offset > 5: pass", "`while`: write for _ in range(n)"),
    "global": ("global seen", "`global`: what a step leaves is in declared fields"),
    "nonlocal": ("nonlocal seen", "`nonlocal`: what a step leaves is in declared fields"),
    "del": ("del vcpu.tsc_offset", "`del`: store another value"),
    "match": ("match vcpu.cpu:  # !\n    case 0: pass", "`match`: write if and elif with =="),
    "assert": ("assert vcpu.loaded", "`assert`: require(condition) refuses a step"),
    "a nested function": ("def f(): pass", "a function in a function: write a method"),
    "a nested class": ("class C: pass", "a class in a function: write it at the top of the file"),
    "an import": ("import math", "`import` in a function: import at the top of the file"),
    "lambda": ("f = lambda x: x", "`lambda`: write a method"),
    "walrus": ("if (x := vcpu.tsc_offset): pass", "`:=`: assign on a line of its own"),
    "yield": ("yield 1", "`yield`: return a value"),
    "a comparison for a statement": (
        "vcpu.cpu == 1",
        "an expression that changes nothing: store it",
    ),
    "for with else": (
        "for v in vcpu.vm.vcpus:\n    pass\nelse:\n    pass  # !",
        "`else` of a loop",
    ),
    "raise from": ("raise ValueError() from None", "this `raise`: write raise Illegal"),
    # names and calls
    "an unknown name": (
        "vcpu.tsc_offset -= delta",
        "delta is not defined here: define it, or import it",
    ),
    "an unknown function": ("vcpu.tsc_offset = u46(1)", "no function u46: did you mean u64?"),
    "an unknown method": ("x = host.tcs(cpu=0)", "no method tcs: did you mean tsc?"),
    "isinstance": (
        "if isinstance(vcpu.cpu, int): pass",
        "`isinstance`: every number is a whole number",
    ),
    "hasattr": (
        "if hasattr(vcpu, 'x'): pass",
        "`hasattr`: a record has its declared fields, and no others",
    ),
    "getattr": ("x = getattr(vcpu, 'tsc_offset')", "`getattr`: write the field's name after a dot"),
    "setattr": ("setattr(vcpu, 'tsc_offset', 1)", "`setattr`: write the field's name after a dot"),
    "type": ("if type(vcpu.cpu) == 1: pass", "`type`: write a method that subclasses override"),
    "id": ("x = id(vcpu)", "`id`: compare instances by their number"),
    "hash": ("x = hash(vcpu.cpu)", "`hash`: compare with =="),
    "print": ("print(vcpu.cpu)", "`print`: reports show every step"),
    "open": ("open('log')", "`open`: content reads and writes no files"),
    "eval": ("x = eval('1')", "`eval`: write the code itself"),
    "int": ("x = int(vcpu.tsc_offset)", "`int`: u64(x) and s64(x) are the words"),
    "divmod": ("x = divmod(vcpu.tsc_offset, 3)", "`divmod`: write a // b and a % b"),
    "a call of a variable": (
        "f = vcpu\nf()  # !",
        "a call of f, a variable: call a function by its name",
    ),
    "a call of a result": ("host.tsc(0)()", "a call of what is no name"),
    "a dunder": ("x = vcpu.__dict__", ".__dict__: rules use declared fields and methods"),
    "a dunder call": ("x = host.__init__()", ".__init__(...): write the operator itself"),
    "an integer in a rule": ("x = integer(vcpu.tsc_offset)", "no function integer"),
    "an input": ("x = host.word('x', 0)", "no method word: define it with def"),
    "star arguments": ("x = s64(*vcpu.vm.vcpus)", "`*`: write the arguments one by one"),
    # stores
    "a misspelt field": ("vcpu.tsc_ofset = 1", "which is no field: did you mean tsc_offset?"),
    "a field nobody declared": ("vcpu.note = 1", "which is no field: declare it in its record"),
    "a store into the design": (
        "self.tsc_offset = 1",
        "a store into self.tsc_offset: what a step leaves",
    ),
    "a note in the design": ("self.moved = True", "a store into .moved, which is no field"),
    "a store into the scale": (
        "vcpu.vm.virtual_tsc_shift, vcpu.vm.virtual_tsc_mult = 0, 1 << 31",
        "a store into .virtual_tsc_shift, which is no field: declare it",
    ),
    "a store into an item": ("vcpu.vm.vcpus[0] = vcpu", "a store into an item: store into a field"),
    "a misspelt field read": ("x = vcpu.tsc_ofset", "no .tsc_ofset: did you mean tsc_offset?"),
    "no such request": (
        "vcpu.request('clock')",
        "this is no declared flag: write the name of a field",
    ),
    "a misspelt request": (
        "vcpu.request('request_clok_update')",
        "this is no declared flag: did you mean request_clock_update?",
    ),
    "an iterator": (
        "seen = (v.loaded for v in vcpu.vm.vcpus)",
        "an iterator that is kept: make it a tuple",
    ),
    "an iterator over pairs": ("x = zip((1, 2), (3, 4))", "an iterator that is kept"),
    "a long loop": (
        "for _ in range(1000000000): pass",
        "a loop of 1000000000 turns: rules have at",
    ),
    "a list that grows": ("x = ()\nx += [1]  # !", "a list that grows: declare fields"),
}
"""Statements of a rule, with what is said of them; the line is the only one, or the one marked."""

TOPS = {
    "random": ("import random", "import of random: inputs are what is free in a step"),
    "time": ("from time import monotonic", "import of time: inputs are what is free in a step"),
    "os": ("import os", "import of os: inputs are what is free in a step"),
    "the checker": (
        "from vtsc.symbolic.values import Word",
        "import of vtsc.symbolic.values: content",
    ),
    "a relative import": ("from .base import Design", "an import relative to a package"),
    "import *": ("from model.state import *", "import *: name what is imported"),
    "no such name": ("from model.state import TARP", "model.state has no TARP: did you mean TRAP?"),
    "no such word": (
        "from vtsc.language import u46",
        "vtsc.language has no u46: did you mean u64?",
    ),
    "a name bound twice": ("s64 = 1", "s64 is defined twice: give each its own name"),
    "a changed class": (
        "Vcpu.request = None",
        "Vcpu is changed after it was made: what a module holds",
    ),
    "a note in a dict": (
        "def note(x: int) -> None:\n    SEEN[x] = 1  # !\n\n\nSEEN: dict[int, int] = {}",
        "SEEN is changed after it was made",
    ),
    "a note in a list": (
        "def note(x: int) -> None:\n    SEEN.append(x)  # !\n\n\nSEEN: list[int] = []",
        "SEEN is changed after it was made",
    ),
    "global in a declaration": (
        "def note() -> None:\n    global SEEN  # !\n    SEEN = 1\n\n\nSEEN = 0",
        "`global` and `nonlocal`: return what is worked out",
    ),
    "a file": ("TEXT = open('x').read()", "`open`: content reads and writes no files"),
    "a metaclass": (
        "class M(type):\n    pass\n\n\nclass N(metaclass=M):  # !\n    pass",
        "a class with",
    ),
    "a special method": (
        "class N:\n    def __getattr__(self, name: str) -> int:  # !\n        return 1",
        "__getattr__: write a method with a name of its own",
    ),
    "a field that is none": (
        "from model.state import VcpuFields\n\n\nclass N(VcpuFields):\n    tsc_note: int = 0  # !",
        "tsc_note of a record is no field: declare it with counter(...)",
    ),
    "a broken line": ("def f(:", "invalid syntax"),
}
"""What may stand at the top of a file, likewise."""

HEADS = {
    "a mutable default": ("vcpu: Vcpu, seen=[]", "a default that is no constant"),
    "a computed default": ("vcpu: Vcpu, seen=u64(1)", "a default that is no constant"),
    "star parameters": ("vcpu: Vcpu, *rest", "`*rest`: name each parameter"),
    "a decorator": ("vcpu: Vcpu", "a decorator of a function: write what it does in its body"),
}

MEANINGS = {
    "a difference below 0": (
        "delta = host.tsc(0) - vcpu.last_host_tsc\nif delta < 0: pass  # !",
        "an operand of `<` may be negative: write u64(x), or s64(x) for a signed difference",
    ),
    "a sum that wraps": (
        "a = host.tsc(0)\nif u64(a) + u64(vcpu.tsc_offset) < u64(a): pass  # !",
        "an operand of `<` may be 2^64 or more: write u64(x)",
    ),
    "a shifted difference": ("x = (host.tsc(0) - 5) >> 1", "an operand of `>>` may be negative"),
    "a divided difference": ("x = (host.tsc(0) - 5) // 3", "an operand of `//` may be negative"),
    "a remainder": ("x = (host.tsc(0) - 5) % 3", "an operand of `%` may be negative"),
    "a signed quotient": (
        "x = s64(host.tsc(0) - 5) // 3",
        "`//` of what may be negative: write cdiv",
    ),
    "a signed remainder": (
        "x = s64(host.tsc(0) - 5) % 3",
        "`%` of what may be negative: write cmod",
    ),
    "the lesser of differences": ("x = min(host.tsc(0) - 5, 0)", "may be negative: write u64(x)"),
    "a negative bound": ("if host.tsc(0) < -5: pass", "an operand of `<` may be negative"),
    "the truth of a sum": ("if vcpu.tsc_offset + host.tsc(0): pass", "or u64(x) != 0"),
    "a sum that equals": (
        "if vcpu.tsc_offset + host.tsc(0) == 5: pass",
        "values that may differ by 2^64: write u64(a) == u64(b)",
    ),
    "a product of words": (
        "x = host.tsc(0) * host.tsc(0)",
        "`*`: a word is multiplied by constants only",
    ),
    "a quotient of words": ("x = 5 // host.tsc(0)", "a word is divided by positive constants only"),
    "a shift by a word": (
        "x = host.tsc(0) << host.tsc(0)",
        "`<<`: a word is shifted by a constant",
    ),
    "a mask of words": (
        "x = host.tsc(0) & host.tsc(0)",
        "`&` of a word: the other operand is a constant",
    ),
    "a flag as a number": ("x = host.tsc(0) + vcpu.loaded", "a word meets a flag"),
    "a sum of flags": (
        "x = vcpu.loaded + vcpu.in_guest",
        "arithmetic with a flag: write 1 if flag",
    ),
    "a flag and a number": ("x = vcpu.tsc_rebase | 1", "a flag meets what is none"),
    "the truth of an index": (
        "if vcpu.cpu: pass",
        "the truth of an index: compare it, as in cpu != 0",
    ),
    "an index in order": (
        "if vcpu.cpu < 2: pass",
        "arithmetic with an index: it is compared with ==",
    ),
}
"""Statements whose meaning depends on what their operands can be, which exploring finds out."""


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
@pytest.mark.parametrize("name", SYNTAX)
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
@pytest.mark.parametrize("name", MEANINGS)
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
