"""Validating one system of one machine, as `vtsc.evidence.validating` does it for the systems of a case."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vtsc.base.lines import nothing_wanted
from vtsc.language.claims import Monitor
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.solver.witnesses import SolverWitnesses
from vtsc.system.builder import build
from vtsc.system.system import System
from vtsc.validation.plain import Watched
from vtsc.validation.ruled import Ruled
from vtsc.validation.runs import Opening, Runs
from vtsc.validation.validate import Validated, validate


def validation(
    machine: Any,
    monitors: Sequence[Monitor],
    tamper: Callable[[System], None] = lambda system: None,
    *,
    wanted: Callable[[str], bool] = nothing_wanted,
    openings: Sequence[Opening] = (),
    **how: Any,
) -> Validated:
    """Build a system, ``tamper`` with it, and validate what has become of it.

    ``wanted``: the files whose lines are compared. ``how`` goes to `build`.
    """
    system = build(machine, monitors, SolverFeasibility, wanted, **how)
    tamper(system)
    plain = Watched(machine, monitors, wanted)
    plain.fresh()
    runs = Runs(plain, "a seed", 1000, openings)
    ruled = Ruled(system, dict(plain.fields()))
    return validate(ruled, runs, lambda: SolverWitnesses(system), lambda file: Path(file).name)
