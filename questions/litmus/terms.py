"""What instructions compute, as SMT-LIB terms over bit vectors; each result is defined under a name."""

from collections.abc import Callable, Mapping

from questions.litmus.instructions import ARITHMETIC, Instruction

Define = Callable[[str], str]
DIRECT = {"and": "bvand", "or": "bvor", "xor": "bvxor", "test": "bvand"}
JUMPS: Mapping[str, str] = {
    "jb": "{CF}",
    "jae": "(not {CF})",
    "je": "{ZF}",
    "jne": "(not {ZF})",
    "jbe": "(or {CF} {ZF})",
    "ja": "(not (or {CF} {ZF}))",
    "js": "{SF}",
    "jns": "(not {SF})",
    "jo": "{OF}",
    "jno": "(not {OF})",
    "jl": "(xor {SF} {OF})",
    "jge": "(not (xor {SF} {OF}))",
    "jle": "(or {ZF} (xor {SF} {OF}))",
    "jg": "(not (or {ZF} (xor {SF} {OF})))",
}
"""When each conditional jump is taken."""


def number(value: int, width: int) -> str:
    """A number as a bit vector, cut to its width."""
    return f"(_ bv{value % (1 << width)} {width})"


def half(term: str, width: int, *, high: bool) -> str:
    """One half of a vector of twice the width."""
    lo = width if high else 0
    return f"((_ extract {lo + width - 1} {lo}) {term})"


def _bit(term: str, at: int) -> str:
    return f"(= ((_ extract {at} {at}) {term}) (_ bv1 1))"


def computed(
    each: Instruction, source: str, into: str, carry: str, width: int, define: Define
) -> dict[str, str]:
    """The result ``=`` and the flags of an instruction that computes ``into`` and ``source``.

    ``define`` gives a result a name. ``carry``: the carry flag before, for adc and sbb.
    """
    if each.name == "cmp" and each.first:
        source, into = into, source
    if each.name in DIRECT:
        result = define(f"({DIRECT[each.name]} {into} {source})")
        return {"=": result, "CF": "false", "OF": "false", **_zero_and_sign(result, width)}
    if each.name == "neg":
        source, into = into, number(0, width)
    adds = each.name in ("add", "adc")
    operator = "bvadd" if adds else "bvsub"
    if each.name in ("adc", "sbb"):
        one = f"(ite {carry} {number(1, width)} {number(0, width)})"
        result = define(f"({operator} ({operator} {into} {source}) {one})")
    else:
        result = define(f"({operator} {into} {source})")
    less, than = (result, into) if adds else (into, source)
    flag = f"(bvult {less} {than})"
    if each.name in ("adc", "sbb"):  # the carry makes up for the difference of one
        flag = f"(ite {carry} (bvule {less} {than}) {flag})"
    signs = [_bit(x, width - 1) for x in (into, source, result)]
    same = "=" if adds else "distinct"
    overflow = f"(and ({same} {signs[0]} {signs[1]}) (distinct {signs[0]} {signs[2]}))"
    return {"=": result, "CF": flag, "OF": overflow, **_zero_and_sign(result, width)}


def _zero_and_sign(result: str, width: int) -> dict[str, str]:
    return {"ZF": f"(= {result} {number(0, width)})", "SF": _bit(result, width - 1)}


def divided(low: str, high: str, divisor: str, width: int, *, fault: bool) -> dict[str, str]:
    """Whether a division faults, or does not, as ``when``; and quotient and remainder where it does not."""
    faults = f"(bvuge {high} {divisor})"
    if fault:
        return {"when": faults}
    whole, by = f"(concat {high} {low})", f"((_ zero_extend {width}) {divisor})"
    return {
        "when": f"(not {faults})",
        "eax": half(f"(bvudiv {whole} {by})", width, high=False),
        "edx": half(f"(bvurem {whole} {by})", width, high=False),
    }


def is_computing(each: Instruction) -> bool:
    """Whether `computed` says what an instruction does."""
    return each.name in (*ARITHMETIC, "cmp", "test", "neg")
