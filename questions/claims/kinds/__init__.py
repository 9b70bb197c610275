"""The kinds of question that a claim may ask, one file each.

A kind's module has ``WORDS``, the two outcomes that its questions can have; ``EXPECTED``, what ``expect`` may
be besides a depth and the word for the run whose depth it is; ``KEYS``, the keys of its tables besides those
of every question; and ``read``, which makes the question of a table.
"""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "verdict": "questions.claims.kinds.verdict",
    "threshold": "questions.claims.kinds.threshold",
    "bound": "questions.claims.kinds.bound",
    "litmus": "questions.claims.kinds.litmus",
    "reach": "questions.claims.kinds.reach",
}
"""The module of each kind, by the name that a table gives as ``kind``."""
