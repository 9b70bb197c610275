"""Mistakes in a design, each with a part of the error that answers it; ``# !`` marks the line to be named."""

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
