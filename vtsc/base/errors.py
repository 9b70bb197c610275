"""Errors a user can cause, and the exit status of everything that can happen."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit statuses, as documented in the README."""

    OK = 0
    USAGE = 2
    BAD_FILE = 3
    VIOLATED = 10
    VACUOUS = 11
    NOT_FOUND = 12
    UNKNOWN = 20
    INTERNAL = 70
    EVIDENCE = 71
    SKIPPED = 77
    INTERRUPTED = 130


PRECEDENCE = (
    Exit.EVIDENCE,
    Exit.INTERNAL,
    Exit.BAD_FILE,
    Exit.USAGE,
    Exit.INTERRUPTED,
    Exit.NOT_FOUND,
    Exit.VIOLATED,
    Exit.VACUOUS,
    Exit.UNKNOWN,
    Exit.SKIPPED,
    Exit.OK,
)
"""The statuses in the order in which they win when several apply."""


class VtscError(Exception):
    """An error to tell the user in one line; ``status`` is the exit status of the process."""

    status = Exit.INTERNAL


class UsageError(VtscError):
    """A name, value or combination on the command line that is not accepted."""

    status = Exit.USAGE


class NoStart(UsageError):
    """No inputs make an initial state; ``refusal`` is what refused the last ones that were tried."""

    def __init__(self, refusal: Exception) -> None:
        super().__init__("no initial state: the parameters leave the inputs no value below 2^62")
        self.refusal = refusal


class BadFileError(VtscError):
    """A model, manifest or trace file that cannot be used."""

    status = Exit.BAD_FILE


class MeaningError(TypeError):
    """An operation of a model that has no one exact meaning; the text says what to write instead.

    It is raised where the operation is taken, and is told with the file and line of the model.
    """


class StoreError(MeaningError):
    """A store to a place that may not be stored to, or of a value that does not belong there.

    ``line``: the file and line of the statement that stores; None where it is the line that raised this.
    """

    line: tuple[str, int] | None = None


class UnkeptError(MeaningError):
    """A condition that a model states of its own functions does not hold.

    ``line``: the line at which the function returned that broke it; None as long as that is not known.
    """

    line: tuple[str, int] | None = None

    def complete(self, told: "UnkeptError") -> None:
        """Take over the text and the line of ``told``, which is more precise."""
        self.args, self.line = told.args, told.line


COSTLY = "exploring costs more than"
"""How an `UnendingError` begins that says that exploring is over its budget."""


class UnendingError(RuntimeError):
    """Code of a model does not come to an end, as far as can be seen.

    ``line`` is the file and the line to blame, where it is not the one at which this is raised.
    """

    def __init__(self, what: str, line: tuple[str, int] | None = None) -> None:
        super().__init__(what)
        self.line = line


class EvidenceError(VtscError):
    """A solver's answer did not pass the check of its evidence."""

    status = Exit.EVIDENCE


class ValidationError(EvidenceError):
    """The functions of a model do something else than the rules that were made of them say."""


def worst(statuses: list[Exit]) -> Exit:
    """The one status that stands for all."""
    return min(statuses, key=PRECEDENCE.index, default=Exit.OK)
