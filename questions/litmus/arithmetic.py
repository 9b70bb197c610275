"""What instructions compute, on plain numbers: registers and flags as a processor leaves them."""

from collections.abc import Mapping

from questions.litmus.instructions import Instruction, Operand


class Fault(Exception):
    """A divide error."""


def execute(
    each: Instruction, values: Mapping[str, int], width: int
) -> tuple[dict[str, int], bool]:
    """The registers and flags that an instruction writes, and whether a jump is taken.

    ``values``: the registers and flags that it reads. Raises `Fault` for #DE.
    """
    mask = (1 << width) - 1

    def value(operand: Operand) -> int:
        return (operand.value if operand.kind == "number" else values[operand.name]) & mask

    if each.name == "div":
        return _divided(values, value(each.operands[0]), width), False
    if each.name.startswith("j"):
        return {}, each.name == "jmp" or _taken(each.name, values)
    if not each.operands:
        return {}, False
    source, into = value(each.operands[0]), value(each.operands[-1])
    result, flags = _computed(each, source, into, values.get("CF", 0), width)
    written = {name: result for name in each.writes[:1] if name not in flags}
    return {**written, **flags}, False


def _computed(
    each: Instruction, source: int, into: int, carry: int, width: int
) -> tuple[int, dict[str, int]]:
    mask, sign = (1 << width) - 1, 1 << (width - 1)
    if each.name == "cmp" and each.first:
        source, into = into, source
    if each.name == "neg":
        source, into = into, 0
    used = carry if each.name in ("adc", "sbb") else 0
    cf = of = 0
    if each.name in ("and", "test"):
        result = into & source
    elif each.name == "or":
        result = into | source
    elif each.name == "xor":
        result = into ^ source
    elif each.name in ("add", "adc"):
        total = into + source + used
        result, cf = total & mask, int(total > mask)
        of = int(bool(~(into ^ source) & (into ^ result) & sign))
    else:
        total = into - source - used
        result, cf = total & mask, int(total < 0)
        of = int(bool((into ^ source) & (into ^ result) & sign))
    return result, {"CF": cf, "ZF": int(result == 0), "SF": int(bool(result & sign)), "OF": of}


def _divided(values: Mapping[str, int], divisor: int, width: int) -> dict[str, int]:
    dividend = values["edx"] << width | values["eax"]
    if divisor == 0 or dividend // divisor >= 1 << width:
        raise Fault
    return {"eax": dividend // divisor, "edx": dividend % divisor}


def _taken(name: str, flags: Mapping[str, int]) -> bool:
    cf, zf, sf, of = (bool(flags.get(x, 0)) for x in ("CF", "ZF", "SF", "OF"))
    holds = {
        "jb": cf,
        "jbe": cf or zf,
        "je": zf,
        "js": sf,
        "jo": of,
        "jl": sf != of,
        "jle": zf or sf != of,
    }
    opposite = {
        "jae": "jb",
        "ja": "jbe",
        "jne": "je",
        "jns": "js",
        "jno": "jo",
        "jge": "jl",
        "jg": "jle",
    }
    return not holds[opposite[name]] if name in opposite else holds[name]
