"""Insertions into designs: none of them may be proved while a plain run breaks it (``make insertions``).

Each is decided as a user would have it decided, by proof and search. If the verdict is green, 20,000 plain
steps are taken, with other seeds than those of validation, and compared with the rules. A false green is a
proof that such a run contradicts, or a bound within which it violates the property. About half of the
insertions are decided with the syntax check left out, to try the checks that come after it.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from crosscheck.campaign import arguments, outcomes, place
from crosscheck.insert import Insertion, insertion
from crosscheck.interpreter import heard, interpreted
from crosscheck.patience import gave_up
from crosscheck.roots import ROOT, write_changed
from vtsc.base.errors import Exit, ValidationError, VtscError
from vtsc.base.parallel import Executor, Lost
from vtsc.content import loader
from vtsc.content.case import Case
from vtsc.content.cells import groups
from vtsc.content.checked import Numbers, numbers_of
from vtsc.content.content import Content
from vtsc.deciding.plan import decide
from vtsc.deciding.verdict import Result, Status
from vtsc.engines import Effort
from vtsc.evidence.systems import Systems
from vtsc.solver.witnesses import SolverWitnesses
from vtsc.validation.plain import Watched
from vtsc.validation.ruled import Ruled
from vtsc.validation.runs import Runs
from vtsc.validation.validate import Hit, validate

FILES = ("v2_6_35_vmx", "v2_6_35_svm", "e48672fa", "pre25", "patch25", "v2_6_37")
PROPERTIES = ("monotonic", "bounded_lag", "bounded_lead", "monotonic_smp")
DEPTH = 7
"""The depth to which a violation is searched for."""
STEPS = 20_000
"""The number of plain steps that are taken where the verdict is green."""
PATIENCE = 300
"""Seconds of processor time for one insertion, as a backstop."""
JUDGE, UNCHECKED = "judge", "unchecked"


@dataclass(frozen=True)
class Job:
    """An insertion, the file that it is in, the cell that is decided, and whether the check is left out."""

    file: str
    insertion: Insertion
    host: str
    prop: str
    unchecked: bool


def jobs(seed: str, count: int) -> Iterator[Job]:
    """The first insertions of a seed."""
    hosts = ("stable", "skewed", "cstate", "slow", "fast", "resetting")
    for number in range(count):
        random = Random(f"{seed} {number}")
        file = random.choice(FILES)
        source = (ROOT / f"model/designs/{file}.py").read_text(encoding="utf-8")
        made = insertion(source, random)
        host, prop = random.choice(hosts), random.choice(PROPERTIES)
        yield Job(file, made, host, prop, random.random() < 0.5)


# in a process of its own


def judge(folder: Path, file: str, host: str, prop: str) -> str:
    """The outcome for the design in ``file`` below ``folder``, and the reason."""
    try:
        content = loader.load(str(folder))
    except VtscError as error:
        return f"refused: {error}"
    design = _design(content, file)
    (group,) = groups(content, [design], [host], [prop], {})
    case = Case(content, group.design, group.host, group.settings)
    (result,) = decide(case, [prop], DEPTH, Effort.USUAL)
    if result.status is Status.ERROR:
        kind = "refused" if result.exit is Exit.BAD_FILE else "error"
        return (
            f"{kind}: {result.reason}"
            if result.exit is not Exit.INTERNAL
            else f"internal: {result.reason}"
        )
    why = _broken(case, prop, result)
    return f"false green: {result.text}: {why}" if why else f"right: {result.text} {result.reason}"


def _design(content: Content, file: str) -> str:
    """The design that a file defines."""
    import model.designs as designs

    found = [d.name for d in designs.CLASSES if d.__module__ == f"model.designs.{file}"]
    assert len(found) == 1 and found[0] in content.model.designs
    return found[0]


def _broken(case: Case, prop: str, result: Result) -> str:
    """The contradiction between plain runs and a result that is green; empty where there is none."""
    if result.status not in (Status.PROVED, Status.BOUNDED):
        return ""
    try:
        hit = _runs(case, prop)
    except ValidationError as error:
        return str(error)
    if hit is None or (result.status is Status.BOUNDED and hit.depth > result.depth):
        return ""
    return f"violated by {hit.where}"


def _runs(case: Case, prop: str) -> Hit | None:
    """The earliest violation in many plain runs; raises `ValidationError` if they differ from the rules."""
    systems = Systems(case)
    monitor = case.property(prop)
    system = systems.own([monitor])
    plain = Watched(case.machine(), [monitor], systems.is_rule)
    plain.fresh()
    typical = case.content.model.typical_input
    runs = Runs(plain, "another seed", typical, thorough=False, steps=STEPS)
    ruled = Ruled(system, dict(plain.fields()))
    seen = validate(ruled, runs, lambda: SolverWitnesses(system), case.content.relative)
    return seen.hits.get(prop)


# the parent


def unchecked(root: Path, design: Path | None = None) -> Numbers:
    """As `vtsc.content.checked.ensure`, but nothing is refused."""
    return partial(numbers_of, root, design)


def run(job: Job) -> str:
    """One insertion in an interpreter of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_changed(folder, job.file, job.insertion.source)
        own = {"XDG_CACHE_HOME": str(folder / "cache")}
        asked = [JUDGE, scratch, job.file, job.host, job.prop, *[UNCHECKED] * job.unchecked]
        done = interpreted("insertions", *asked, folder=folder, own=own, patience=PATIENCE)
    if gave_up(done):
        return "out of time"
    said = done.stdout.strip().replace(f"{folder}/", "")
    return said or f"internal: {done.stderr.strip().splitlines()[-1]}"


def campaign(seed: str, count: int, where: Executor) -> Counter[tuple[str, str]]:
    """Decide so many insertions, and count the outcomes of each kind; each is printed when it is done."""
    tally: Counter[tuple[str, str]] = Counter()
    todo = [*jobs(seed, count)]
    for job, found in zip(todo, outcomes(run, todo, where), strict=True):
        said = f"internal: {found.why}" if isinstance(found, Lost) else found
        tally[job.insertion.kind, said.partition(":")[0]] += 1
        text = "; ".join(job.insertion.text.splitlines())
        at = f"{job.file}.{job.insertion.function} on {job.host}, {job.prop}"
        print(f"{job.insertion.kind}, {at}: {text}\n    {said}", flush=True)
    return tally


def main(given: Sequence[str]) -> int:
    """Print the table by kind; 0 where no green is false and nothing fails in the checker itself."""
    where = place(arguments(argparse.ArgumentParser(description=__doc__), given))
    count = int(os.environ.get("COUNT", "500"))
    tally = campaign(os.environ.get("SEED", "1"), count, where)
    ends = ("refused", "error", "right", "false green", "internal", "out of time")
    for kind in sorted({kind for kind, _ in tally}):
        told = ", ".join(f"{tally[kind, end]} {end}" for end in ends if tally[kind, end])
        print(f"{kind}: {told}")
    total = {end: sum(n for (_, e), n in tally.items() if e == end) for end in ends}
    print(f"{count} insertions: " + ", ".join(f"{n} {end}" for end, n in total.items()))
    return 1 if total["false green"] or total["internal"] or total["out of time"] else 0


if __name__ == "__main__":
    if sys.argv[1:2] == [JUDGE]:
        heard()
        if sys.argv[6:] == [UNCHECKED]:
            loader.ensure = unchecked
        print(judge(Path(sys.argv[2]), *sys.argv[3:6]))
    else:
        from crosscheck import insertions as named  # where workers find what is to be done

        sys.exit(named.main(sys.argv[1:]))
