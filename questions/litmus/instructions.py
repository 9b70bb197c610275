"""The instructions that a litmus file may use: their operands, and what each reads and writes."""

from collections.abc import Mapping
from dataclasses import dataclass

REGISTERS = ("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp")
FLAGS = ("CF", "ZF", "SF", "OF")
ARITHMETIC = ("add", "adc", "sub", "sbb", "and", "or", "xor")
"""From a source and a destination they make a new destination, and set all flags."""
COMPARING = ("cmp", "test")
"""They set all flags and change no register."""
PLAIN = ("rdtsc", "rdtscp", "lfence", "int3", "ret", "nop")
LOCKING = ("spin_lock", "spin_unlock")
CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "jb": ("CF",),
    "jae": ("CF",),
    "je": ("ZF",),
    "jne": ("ZF",),
    "jbe": ("CF", "ZF"),
    "ja": ("CF", "ZF"),
    "js": ("SF",),
    "jns": ("SF",),
    "jo": ("OF",),
    "jno": ("OF",),
    "jl": ("SF", "OF"),
    "jge": ("SF", "OF"),
    "jle": ("ZF", "SF", "OF"),
    "jg": ("ZF", "SF", "OF"),
}
"""The conditional jumps, each with the flags that it looks at."""
ALIASES: Mapping[str, str] = {
    "jc": "jb", "jnae": "jb", "jnc": "jae", "jnb": "jae", "jz": "je", "jnz": "jne",
    "jna": "jbe", "jnbe": "ja", "jnge": "jl", "jnl": "jge", "jng": "jle", "jnle": "jg",
    **{f"{name}l": name for name in ("mov", "neg", "div", *ARITHMETIC, *COMPARING)},
}  # fmt: skip
"""Other names of the same instructions; the suffix ``l`` says that operands have 32 bits."""
SHAPES: Mapping[str, int] = {
    "mov": 2,
    **dict.fromkeys((*ARITHMETIC, *COMPARING), 2),
    "neg": 1,
    "div": 1,
    **dict.fromkeys(PLAIN, 0),
    **dict.fromkeys((*LOCKING, "jmp", *CONDITIONS), 1),
}
"""Every instruction with the number of its operands."""


@dataclass(frozen=True)
class Operand:
    """A register, an immediate number, or the name of a place in memory, of a clock or of a lock."""

    kind: str
    """``register``, ``number`` or ``name``."""
    name: str = ""
    value: int = 0

    def __str__(self) -> str:
        if self.kind == "register":
            return f"%{self.name}"
        return self.name


@dataclass(frozen=True)
class Instruction:
    """One instruction of a program: ``number`` counts from 1, ``target`` is a jump's next number.

    ``clock``: whether its source is a clock of the machine rather than memory. A compare with ``first``
    subtracts its second operand from its first; as AT&T has it, the first from the second.
    """

    number: int
    line: int
    name: str
    operands: tuple[Operand, ...] = ()
    label: str = ""
    target: int = 0
    clock: bool = False
    first: bool = False

    def __str__(self) -> str:
        words = ", ".join(str(x) for x in self.operands)
        return f"{self.name} {words}".rstrip()

    @property
    def is_read(self) -> bool:
        """Whether it reads the TSC."""
        return self.name in ("rdtsc", "rdtscp")

    @property
    def takes_time(self) -> bool:
        """Whether its result depends on when it executes: it reads the TSC or another clock."""
        return self.is_read or self.clock

    @property
    def decides(self) -> bool:
        """Whether there are two ways to go on after it: a conditional jump, or a division."""
        return self.name in CONDITIONS or self.name == "div"

    @property
    def touches_memory(self) -> bool:
        """Whether it loads, stores, reads a clock in memory, or takes or frees a lock."""
        return self.name in LOCKING or any(x.kind == "name" for x in self._data)

    @property
    def stores(self) -> bool:
        """Whether others can see what it does: a store, or a lock taken or freed."""
        return self.name in LOCKING or (self.name == "mov" and self.operands[1].kind == "name")

    @property
    def _data(self) -> tuple[Operand, ...]:
        return () if self.name in ("jmp", *CONDITIONS) else self.operands

    @property
    def reads(self) -> tuple[str, ...]:
        """The registers and flags that it reads."""
        registers = [x.name for x in self._data if x.kind == "register"]
        if self.name == "mov":
            registers = [x.name for x in self.operands[:1] if x.kind == "register"]
        if self.name == "div":
            registers += ["eax", "edx"]
        carry = ["CF"] if self.name in ("adc", "sbb") else []
        return (*registers, *carry, *CONDITIONS.get(self.name, ()))

    @property
    def writes(self) -> tuple[str, ...]:
        """The registers and flags that it writes; a division leaves the flags undefined."""
        if self.is_read:
            return ("eax", "edx", "ecx") if self.name == "rdtscp" else ("eax", "edx")
        if self.name == "div":
            return ("eax", "edx", *FLAGS)
        into = tuple(x.name for x in self._data[-1:] if x.kind == "register")
        if self.name == "mov":
            return into
        if self.name in COMPARING:
            return FLAGS
        return (*into, *FLAGS) if self.name in (*ARITHMETIC, "neg") else ()
