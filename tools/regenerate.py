"""Writes this folder and ``certificates/`` anew: the evidence for every cell of the main job.

A trace for each violated cell, with a table of them, and a certificate for each proved one. The
cells are those of checks.toml.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "counterexamples"
CERTIFICATES = ROOT / "certificates"


def commands() -> list[list[str]]:
    """The arguments of a ``vtsc verify`` for each case of the main job."""
    from vtsc.content.loader import load
    from vtsc.content.manifest import NAME, load_manifest

    content = load(str(ROOT))
    cases: dict[tuple[str, ...], list[str]] = {}
    for check in load_manifest(content, ROOT / NAME).checks:
        cell = check.cell
        changed = content.changed(cell.design, cell.property, cell.settings)
        sets = [x for k, v in changed.items() for x in ("--set", f"{k}={v}")]
        case = (cell.design, "--host", cell.host, "--depth", str(check.depth), *sets)
        cases.setdefault(case, []).extend(("-p", cell.property))
    return [["verify", "--prove", "--expect", *case, *names] for case, names in cases.items()]


def table() -> str:
    """The README's table: a row a file, with the story that ``vtsc show`` tells."""
    from vtsc.content.loader import load
    from vtsc.evidence.replay import case_of, replay
    from vtsc.evidence.trace import load_trace
    from vtsc.report.text.story import story

    content = load(str(ROOT))
    rows = ["| file | depth | what happens |", "|---|---|---|"]
    for path in sorted(HERE.glob("*.json")):
        trace = load_trace(path)
        case = case_of(content, trace)
        run = replay(case, trace, explain=replay(case, trace).observed)
        told = story(content, trace, run)
        rows.append(f"| [{path.name}]({path.name}) | {trace.hit_at} | {told} |")
    return "\n".join(rows) + "\n"


HEAD = """# Counterexamples

One saved trace for each violated cell of `make verify`: the shortest there is, replayed by the plain
interpreter before it was saved. `vtsc show FILE` prints one, `vtsc replay FILE` re-executes it.
`make counterexamples` writes this folder anew, and `certificates/` with it.

"""


def _arithmetic() -> None:
    """The evidence about the model's plain functions."""
    from vtsc.content.loader import load
    from vtsc.evidence import functions as functionproofs

    content = load(str(ROOT))
    for name in content.model.functions:
        functionproofs.make(content, name).save(CERTIFICATES / functionproofs.folder(name))


def main() -> None:
    """Regenerate traces and certificates, then the table."""
    with tempfile.TemporaryDirectory() as scratch:
        for arguments in commands():
            done = subprocess.run(
                [sys.executable, "-m", "vtsc", *arguments, "--save", scratch],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                check=False,
            )
            if done.returncode:
                sys.exit(f"vtsc {' '.join(arguments)}: exit status {done.returncode}")
        shutil.rmtree(CERTIFICATES, ignore_errors=True)
        CERTIFICATES.mkdir()
        for path in HERE.glob("*.json"):
            path.unlink()
        for path in Path(scratch).iterdir():
            shutil.move(path, CERTIFICATES if path.is_dir() else HERE)
    _arithmetic()
    (HERE / "README.md").write_text(HEAD + table(), encoding="utf-8")


if __name__ == "__main__":
    main()
