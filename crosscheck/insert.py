"""Insertions: a shipped design with one statement or helper put into one of its functions, at random.

Three kinds are constructs that the language does not define; they are refused before anything runs unless the
syntax check is left out. The others are written as a user's own change might be: a store under a condition
into any field in reach, a helper under another name, a loop over all vCPUs, a default that changes.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

FUNCTIONS = ("vcpu_load", "vcpu_put", "guest_time_update", "serve_requests", "read_tsc")
"""The functions that are changed, where a design has them."""
WORDS = ("u64", "s64", "either", "both", "require")
"""The names of the language that insertions use."""
REFUSED: dict[str, tuple[str, ...]] = {
    "operator": (
        "if vcpu.created and ~vcpu.created:\n    vcpu.tsc_offset -= 1000000",
        "if vcpu.loaded is True:\n    vcpu.tsc_offset -= 1000000",
        "vcpu.host_tsc = 1 / 2\nif vcpu.host_tsc > 0:\n    vcpu.tsc_offset -= 1000",
        "vcpu.tsc_offset -= 0.5",
        "if host.tsc(vcpu.cpu) - vcpu.last_host_tsc < 0:\n    vcpu.tsc_offset -= 1000",
    ),
    "memory": (
        "self.moved = not getattr(self, 'moved', False)\nif self.moved:\n    vcpu.tsc_offset -= 1000",
        "self.settings.seen = True",
        "vcpu.vm.virtual_tsc_shift, vcpu.vm.virtual_tsc_mult = 0, 1 << 31",
        "vcpu.tsc_note = 1",
        "type(self).seen = 1",
        "self.notes.add('seen')\nif 'seen' in self.notes:\n    vcpu.tsc_offset -= 1000",
        "def kept(seen=[]):\n    seen.append(1)\n    return len(seen)\nvcpu.tsc_offset -= kept()",
        "host.noted = 1",
        "vars(vcpu)['number'] = 0",
    ),
    "library": (
        "import random\nif random.random() < 0.001:\n    vcpu.tsc_offset -= 1000000",
        "import time\nif time.monotonic_ns() % 7 == 0:\n    vcpu.tsc_offset -= 1000000",
        "try:\n    vcpu.tsc_offset -= 1 // int(vcpu.loaded)\nexcept ZeroDivisionError:\n    pass",
        "if isinstance(vcpu.tsc_offset, int):\n    vcpu.tsc_offset -= 1000000",
        "if hasattr(vcpu.tsc_offset, 'bit_length'):\n    vcpu.tsc_offset -= 1000000",
        "if type(host.t) == int:\n    vcpu.tsc_offset -= 1000000",
        "if hash(vcpu.tsc_offset) % 3 == 1:\n    vcpu.tsc_offset -= 1000",
        "setattr(vcpu, 'tsc_' + 'offset', 0)",
    ),
}
"""Constructs that are not defined, by kind."""
CONDITIONS = (
    "vcpu.loaded", "not vcpu.loaded", "vcpu.tsc_rebase", "host.tsc_unstable", "vcpu.number == 1",
    "vcpu.cpu == 1", "vcpu.cpu == vcpu.number", "vcpu.last_host_tsc > 5", "vcpu.last_host_tsc",
    "vcpu.request_clock_update", "s64(host.tsc(vcpu.cpu) - vcpu.last_host_tsc) < 0",
    "vcpu.tsc_offset & 1", "vcpu.tsc_offset > 1 << 40", "len(vcpu.vm.vcpus) > 1",
    "either(v.loaded for v in vcpu.vm.vcpus)", "vcpu.vm.last_tsc_write == 3", "host.t > 1000",
    "u64(vcpu.tsc_offset + vcpu.last_host_tsc) < vcpu.tsc_offset", "vcpu.time_page",
    "host.tsc(vcpu.cpu) - host.tsc(0) == 7",
)  # fmt: skip
STORES = (
    "vcpu.tsc_offset -= 1000", "vcpu.tsc_offset += vcpu.last_host_tsc", "vcpu.tsc_offset = 0",
    "vcpu.tsc_rebase = not vcpu.tsc_rebase", "vcpu.request_clock_update = True",
    "vcpu.last_host_tsc = host.tsc(vcpu.cpu)", "vcpu.last_host_tsc = 0", "vcpu.cpu = 0",
    "vcpu.host_tsc = vcpu.last_host_tsc", "vcpu.vm.last_tsc_write += 1", "vcpu.loaded = True",
    "vcpu.vm.last_tsc_offset = vcpu.tsc_offset", "vcpu.last_tsc_nsec = 5", "vcpu.created = True",
    "vcpu.tsc_offset = u64(vcpu.tsc_offset | 4)", "vcpu.last_tsc_write = vcpu.last_host_tsc >> 3",
    "vcpu.vm.last_emul = vcpu.tsc_offset", "vcpu.tsc_offset -= vcpu.vm.last_tsc_nsec",
    "vcpu.tsc_trapping = False", "vcpu.tsc_offset -= vcpu.number", "vcpu.in_guest = False",
    "vcpu.last_host_tsc = u64(-vcpu.last_host_tsc)", "vcpu.cpu = vcpu.cpu + 1",
    "host.tsc_unstable = True", "host.pcpus[0].tsc += 5", "host.t += 1",
)  # fmt: skip


@dataclass(frozen=True)
class Insertion:
    """A changed design: the kind of change, the function, the inserted text, the whole source."""

    kind: str
    function: str
    text: str
    source: str


def insertion(source: str, random: Random) -> Insertion:
    """One insertion into a design's source."""
    kind = random.choice([*REFUSED, *KINDS, *KINDS])
    statement, helpers = (
        KINDS[kind](random) if kind in KINDS else (random.choice(REFUSED[kind]), "")
    )
    tree = ast.parse(source)
    design = [node for node in tree.body if isinstance(node, ast.ClassDef)][-1]
    known = [n for n in design.body if isinstance(n, ast.FunctionDef) and n.name in FUNCTIONS]
    function = random.choice(known)
    first = 1 if ast.get_docstring(function) else 0
    last = len(function.body) - isinstance(function.body[-1], ast.Return)
    place = random.randint(min(first, last), last)
    function.body[place:place] = ast.parse(statement).body
    design.body += ast.parse(helpers).body
    _import(tree)
    text = "\n".join((statement, *[helpers] * bool(helpers)))
    return Insertion(kind, function.name, text, ast.unparse(tree) + "\n")


def _import(tree: ast.Module) -> None:
    """Import the words that insertions use, as far as they are not imported."""
    language = next(
        (n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "vtsc.language"),
        None,
    )
    if language is None:
        language = ast.ImportFrom("vtsc.language", [], 0)
        tree.body.insert(1, language)
    there = {name.name for name in language.names}
    language.names += [ast.alias(word) for word in WORDS if word not in there]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _guarded(random: Random) -> tuple[str, str]:
    """A store under a condition."""
    condition, store = random.choice(CONDITIONS), random.choice(STORES)
    other = f"\nelse:\n{_indented(random.choice(STORES))}" if random.random() < 0.3 else ""
    return f"if {condition}:\n{_indented(store)}{other}", ""


def _early(random: Random) -> tuple[str, str]:
    """The end of the function under a condition; a value is returned where there is one to return."""
    return f"if {random.choice(CONDITIONS)} and {random.choice(CONDITIONS)}:\n    return", ""


def _aliased(random: Random) -> tuple[str, str]:
    """A helper that stores through another name."""
    guard, store = random.choice(CONDITIONS), random.choice(STORES).replace("vcpu.", "other.")
    body = f"if {guard}:\n    other = vcpu\n    {store}"
    helper = f"def touch(self, host, vcpu):\n{_indented(body)}"
    return "self.touch(host, vcpu)", helper


def _looped(random: Random) -> tuple[str, str]:
    """A store into every vCPU."""
    guard = random.choice(CONDITIONS).replace("vcpu.", "each.").replace("each.vm", "vcpu.vm")
    store = random.choice(STORES).replace("vcpu.", "each.").replace("each.vm", "vcpu.vm")
    guard = guard.replace("for v in each", "for v in vcpu")
    return f"for each in vcpu.vm.vcpus:\n    if {guard}:\n        {store}", ""


def _defaulted(random: Random) -> tuple[str, str]:
    """A helper with a default that another call leaves out."""
    condition, amount = random.choice(CONDITIONS), random.choice((1, 1000, -1, 1 << 63))
    body = f"vcpu.tsc_offset += amount if {condition} else 0"
    helper = f"def adjust(self, host, vcpu, amount={amount}):\n{_indented(body)}"
    given = random.choice(("", ", 0", ", vcpu.last_host_tsc"))
    return f"self.adjust(host, vcpu{given})", helper


def _local(random: Random) -> tuple[str, str]:
    """A value that is kept in a variable over several statements."""
    value = random.choice(("host.tsc(vcpu.cpu)", "vcpu.last_host_tsc", "vcpu.tsc_offset"))
    return (
        f"kept = u64({value} - vcpu.last_host_tsc)\n{random.choice(STORES)}\n"
        f"if kept > {random.choice((0, 1, 1 << 20, 1 << 63))}:\n    vcpu.tsc_offset -= kept"
    ), ""


KINDS: dict[str, Callable[[Random], tuple[str, str]]] = {
    "guarded store": _guarded,
    "early end": _early,
    "aliased helper": _aliased,
    "loop": _looped,
    "changed default": _defaulted,
    "local variable": _local,
}
"""Changes that the language may define: a statement and the helpers that it calls, by kind."""
