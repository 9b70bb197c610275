"""A mistake in a litmus file is one line with the file and the line."""

import pytest

from questions.litmus.reading import read
from vtsc.base.errors import BadFileError

GOOD = """\
litmus good

Question: Is it read?
Order:    serial
TSC:      strict
Wrap:     low
Memory:   place = any
Clock:    hpet
Result:   Sometimes

P0:
        rdtsc
        cmp %eax, %edx
jump:   jb end
        mov %eax, place   # a comment
end:    ret

exists P0:taken(jump)
"""
UNITS = "Order:    two-units\nUnit 1: 1 commit 3 4 5\nUnit 2: 2 commit"


def test_a_good_file_is_read():
    """Names, labels, comments and the condition arrive."""
    litmus = read(GOOD, "good.litmus")
    assert [str(x) for x in litmus.threads[0]] == [
        "rdtsc", "cmp %eax, %edx", "jb end", "mov %eax, place", "ret",
    ]  # fmt: skip
    assert litmus.threads[0][2].target == 5
    assert litmus.memory == {"place": None} and litmus.condition.name == "jump"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("litmus good", "litmus other", 1, "the name other is not that of the file"),
        ("litmus good", "good", 1, "the first line is 'litmus NAME'"),
        ("Wrap:     low", "Warp:     low", 6, "no header Warp: did you mean Wrap"),
        ("Wrap:     low", "Wrap:     high", 6, "Wrap: high: known: none, low, full"),
        ("Wrap:     low", "TSC: strict", 6, "a second TSC"),
        ("Wrap:     low\n", "", 10, "the header has no Wrap"),
        ("Order:    serial", "Order:    seriel", 4, "Order: seriel: did you mean serial"),
        ("Order:    serial", "Order:    trapped", 4, "Emulation goes with 'Order: trapped'"),
        ("place = any", "place", 7, "place: accepted is NAME = any, or NAME = N"),
        ("        rdtsc\n", "        rdtcs\n", 12, "unknown instruction rdtcs: did you mean rdtsc"),
        ("        rdtsc\n", "        syscall\n", 12, "unknown instruction syscall: docs/litmus.md"),
        ("        rdtsc\n", "        rdtsc %eax\n", 12, "rdtsc has no operand, not 1"),
        ("        rdtsc\n", "        adc %eax, %ebx\n", 12, "adc reads CF, which no instruction"),
        ("        rdtsc\n", "        spin_lock l\n", 16, "the program ends with l held"),
        ("        rdtsc\n", "        spin_unlock l\n", 12, "l is not held here"),
        ("cmp %eax, %edx", "div %ebx", 14, "jb reads CF, which the division leaves undefined"),
        ("cmp %eax, %edx", "cmp %eax, %rdx", 13, "no register %rdx: did you mean edx"),
        ("cmp %eax, %edx", "cmp %eax", 13, "cmp has two operands, not 1"),
        ("cmp %eax, %edx", "cmp %eax, $3", 13, "the last operand of cmp is $3, a number"),
        ("cmp %eax, %edx", "cmp $x, %edx", 13, "$x is neither a number nor a constant"),
        ("cmp %eax, %edx", "cmp $0x100000000, %edx", 13, "$0x100000000 does not fit into 32 bits"),
        ("cmp %eax, %edx", "cmp place, %edx", 13, "only mov has an operand in memory, not cmp"),
        ("mov %eax, place", "mov %eax, plaice", 15, "no place plaice in memory: did you mean place"),
        ("mov %eax, place", "mov %eax, hpet", 15, "hpet is a clock, which no instruction sets"),
        ("mov %eax, place", "mov place, place", 15, "mov has at most one operand in memory"),
        ("mov %eax, place", "jmp jump", 15, "a jump back to jump: programs have no loops"),
        ("jb end", "jb out", 14, "no label out: known: jump, end"),
        ("end:    ret", "end:", 18, "no instruction follows the label end"),
        ("end:    ret", "jump:   ret", 16, "a second label jump"),
        ("P0:\n", "P1:\n", 11, "this program is P0"),
        ("exists P0:taken(jump)\n", "", 17, "no condition: the last line is 'exists ...'"),
        ("P0:taken(jump)", "P0:taken(end)", 18, "end is not the label of a conditional jump"),
        ("P0:taken(jump)", "P1:#BP", 18, "there is no P1"),
        ("P0:taken(jump)", "P0:%eax", 18, "after a register or place comes '= N'"),
        ("P0:taken(jump)", "P0:#BP and", 18, "the condition ends too early"),
        ("P0:taken(jump)", "(P0:#BP", 18, "the condition lacks a )"),
        ("P0:taken(jump)", "P0:#BP P0:#DE", 18, "the condition does not go on with P0:#DE"),
        ("Wrap:     low", "Wrap:     low\nGap: 1 to 2 at most 5", 7, "instruction 2 reads no clock"),
        ("Wrap:     low", "Wrap:     low\nGap: 1 at most 5", 7, "accepted is '1 to 2 at most N'"),
        ("Order:    serial", UNITS.replace("2 c", "c"), 6, "each instruction is executed by one unit"),
        ("Order:    serial", UNITS.replace("commit 3", "3"), 5, "each unit has one 'commit'"),
        ("Order:    serial", UNITS.replace("1 c", "1 3 c").replace("t 3", "t"), 6, "3 needs a result"),
        ("Order:    serial", UNITS.replace("3 4", "4 3"), 5, "a unit executes its instructions in"),
        ("Order:    serial", UNITS.replace("2 c", "x c"), 6, "x is no number of an instruction"),
    ],
)  # fmt: skip
def test_mistakes(old, new, line, said):
    """Whatever is wrong is told with its line, and near names where there are some."""
    assert old in GOOD
    with pytest.raises(BadFileError) as caught:
        read(GOOD.replace(old, new, 1), "good.litmus")
    place, _, rest = str(caught.value).partition(": ")
    assert (place, "\n" in rest) == (f"good.litmus:{line}", False)
    assert said in rest
