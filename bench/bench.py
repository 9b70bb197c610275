"""Measures the speeds that the project promises, and a textbook search beside its own.

It prints a table; the numbers are wall-clock seconds of this machine, and nothing compares them.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
VTSC = [sys.executable, "-m", "vtsc"]
TEXTBOOK_DEPTH = 10


def process(*arguments: str, times: int = 1) -> float:
    """The seconds that a whole `vtsc` process takes, the least of ``times`` runs."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(
            [*VTSC, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        taken.append(time.perf_counter() - start)
    return min(taken)


def system():
    """patch25 on a skewed host with monotonic, as a transition system."""
    from vtsc.content.cells import groups
    from vtsc.content.loader import load
    from vtsc.solver.feasibility import SolverFeasibility
    from vtsc.system.builder import build

    content = load(str(ROOT))
    (group,) = groups(content, ["patch25"], ["skewed"], ["monotonic"], {})
    machine = content.model.build("patch25", "skewed", group.settings)
    return build(machine, [content.properties["monotonic"]], SolverFeasibility)


def ours() -> float:
    """The seconds that the project's search takes to `TEXTBOOK_DEPTH`."""
    from vtsc.engines.search.bmc import search

    built = system()
    start = time.perf_counter()
    search(built, ["monotonic"], TEXTBOOK_DEPTH)
    return time.perf_counter() - start


def textbook() -> float:
    """The seconds that one `Solver()` with push and pop takes over the same formula."""
    import z3

    from vtsc.solver.unroll import Unrolling

    unrolling = Unrolling(system(), symmetry=False)
    start = time.perf_counter()
    solver = z3.Solver()
    solver.add(*unrolling.initial)
    for depth in range(TEXTBOOK_DEPTH):
        constraints, constants = unrolling.step(depth)
        solver.add(*constraints)
        solver.push()
        solver.add(constants.targets["monotonic"])
        if solver.check() != z3.unsat:
            raise SystemExit("the textbook way disagrees")
        solver.pop()
    return time.perf_counter() - start


def simulation() -> float:
    """The steps of random simulation with one property in a second."""
    from vtsc.content.cells import groups
    from vtsc.content.loader import load
    from vtsc.native.random_runs import simulate

    content = load(str(ROOT))
    (group,) = groups(content, ["patch25"], ["cstate"], ["monotonic"], {})
    machine = content.model.build(group.design, group.host, group.settings)
    properties = {name: content.properties[name] for name in group.properties}
    start = time.perf_counter()
    outcome = simulate(machine, properties, 40_000, "1")
    return outcome.steps / (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    trace = "counterexamples/patch25.cstate.monotonic.json"
    shallow = ["verify", "patch25", "--host", "cstate", "-p", "monotonic", "--depth", "12"]
    deep = [
        "verify",
        "patch25",
        "--host",
        "skewed",
        "-p",
        "monotonic",
        "--depth",
        "20",
        "--bounded",
    ]
    wide = ["verify", "patch25", "--host", "cstate", "-p", "monotonic", "--depth", "12"]
    wide += ["--set", "vcpus=3", "--set", "pcpus=3"]
    rows: list[tuple[str, Callable[[], float], str]] = [
        ("shallow counterexample, whole process", lambda: process(*shallow, times=3), "1.5 s"),
        ("patch25 skewed monotonic bounded to depth 20", lambda: process(*deep), "15 s"),
        ("3 vCPUs x 3 pCPUs to depth 12", lambda: process(*wide), "60 s"),
        ("vtsc certify the example", lambda: process("certify", "docs/example-certificate"), "2 s"),
        ("vtsc --help", lambda: process("--help", times=3), "0.25 s"),
        ("vtsc replay", lambda: process("replay", trace, times=3), "0.25 s"),
    ]
    table = Table(box=box.ASCII)
    for head in ("what", "measured", "bar"):
        table.add_column(head)
    for name, measure, bar in rows:
        table.add_row(name, f"{measure():.2f} s", bar)
    table.add_row("simulation", f"{simulation():,.0f} steps/s", "20,000 steps/s")
    mine, theirs = ours(), textbook()
    table.add_row(f"search to depth {TEXTBOOK_DEPTH}, ours", f"{mine:.2f} s", "")
    table.add_row("the same, textbook", f"{theirs:.2f} s", f"{theirs / mine:.1f} times ours")
    Console(width=80).print(table)


if __name__ == "__main__":
    main()
