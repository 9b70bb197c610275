"""Stores that are put into a copy of the content, and what a command then says."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT
from vtsc.cli import main

DESIGN = "model/designs/v2_6_37.py"
PUT = "        vcpu.last_host_tsc = host.tsc(vcpu.cpu)\n"
"""The one statement of the design's vcpu_put."""
CLASS = "class V2637(Patch25):\n"
PROPERTY = "properties/nonzero_delta.py"
OBSERVE = "        if not counts(machine, state, step):\n"
SOMETIMES = "properties/sometimes.py"
OF_EXAMPLE = "model/designs/v2_6_35_svm.py"
"""The design that the example of a certificate is about."""
MARK = "# !"
"""Marks the line that the error has to name."""
VERIFY = [
    "2.6.37",
    "--host",
    "stable",
    "-p",
    "nonzero_delta",
    "--bounded",
    "--depth",
    "1",
    "-j",
    "1",
]
SIMULATE = ["2.6.37", "--host", "stable", "-p", "nonzero_delta", "--steps", "2000"]


@dataclass(frozen=True)
class Store:
    """Code that is put before a line of a file, ``top`` where its classes begin, and what is said of it."""

    code: str
    said: str
    top: str = ""
    file: str = DESIGN
    before: str = PUT


def written(copy: Path, store: Store) -> int:
    """Put the store where it belongs; the line that its error has to name."""
    for file in (DESIGN, PROPERTY, SOMETIMES, OF_EXAMPLE):
        shutil.copy(ROOT / file, copy / file)
    text = (copy / store.file).read_text(encoding="utf-8")
    assert store.before in text
    code = "".join(f"        {line}\n" for line in store.code.splitlines())
    text = text.replace(store.before, code + store.before, 1)
    if store.top:
        first = next(line for line in text.splitlines() if line.startswith("class "))
        old = CLASS if store.top.startswith(CLASS) else first
        new = store.top if old == CLASS else f"{store.top}\n\n{first}"
        text = text.replace(old, new, 1)
    (copy / store.file).write_text(text, encoding="utf-8")
    return next(n for n, line in enumerate(text.splitlines(), 1) if MARK in line)


def complaint(capsys, *arguments: str) -> str:
    """What a command that has to fail with status 3 says, on one line."""
    assert main(list(arguments)) == 3
    out, err = capsys.readouterr()
    return " ".join((err or out).split())
