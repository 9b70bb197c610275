"""Engines of plug-ins: of their answers only what is checked afterwards is taken over.

That is the lemmas of a proof, which are proved again, and a run, which is replayed. That a target is not hit
to some depth, or that no shorter run hits it, is not believed.
"""

from dataclasses import replace

from vtsc.base.errors import UsageError, VtscError
from vtsc.base.plugins import ENGINES, plug_in
from vtsc.engines.task import Answer, Engine, Task, unknown


def engine(name: str) -> Engine:
    """The engine of a plug-in; raises `UsageError` when it is asked and fails."""
    found = plug_in(ENGINES, name, "--engine", [])
    module = found.load(["decide"])

    def decide(task: Task) -> Answer:
        try:
            answer = module.decide(task)
        except VtscError:
            raise
        except Exception as error:  # a plug-in may do anything
            raise found.failed(error) from None
        if not isinstance(answer, Answer):
            raise UsageError(f"{found.what}: decide() returns no Answer")
        if not answer.decided:
            return unknown(answer.reason or f"{name} does not decide it")
        return replace(answer, shortest=False)

    return decide
