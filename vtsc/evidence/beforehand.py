"""What every process that decides cells works out alike: done once, before such processes are forked.

It is only work that is spared. A process that finds none of it done does it itself.
"""

from contextlib import suppress

from vtsc.base.time_limit import limited
from vtsc.content.case import Case
from vtsc.solver.solve import make_ready
from vtsc.stores.memory import note_modules, packages_of

CONTEXTS = 2
"""The number of contexts in which a case's process solves texts: for its proofs, and for its progress."""


def prepare(case: Case) -> None:
    """Load the modules that a case's processes use, and note what those of its content hold."""
    import vtsc.evidence.progress
    import vtsc.evidence.shorten
    import vtsc.evidence.validating  # noqa: F401

    make_ready(CONTEXTS)
    content = case.content
    with suppress(Exception, SystemExit), limited():  # a model may do anything; its cells tell
        machine = case.new_machine()
        for owners in ([machine], [machine, *content.properties.values()]):
            note_modules(packages_of(owners))
