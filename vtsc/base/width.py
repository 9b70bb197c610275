"""The width of a machine word: 64 bits, but for a process that checks the checker on a small machine.

Such a process calls `scale_down` before it imports the language, whose words read these numbers once.
"""

import sys

FULL = 64
WIDTH = FULL
INPUT_LIMIT = 1 << (FULL - 2)


def scale_down(bits: int, limit: int) -> None:
    """Set the number of bits of a word, and the limit below which inputs stay, for this process."""
    global WIDTH, INPUT_LIMIT
    if "vtsc.language.words" in sys.modules:
        raise RuntimeError("vtsc.language.words has read the width already")
    WIDTH, INPUT_LIMIT = bits, limit
