"""Builds the evidence of the main job below ``build/``, checks it with two solvers and packs it.

``build/evidence`` gets a certificate for each proved cell, the proof that no state of its case is stuck, and
the claims about plain functions. With ``--update`` the proofs in ``proofs/`` and the worked example in
``docs/`` are written first; without, a line is printed for each recorded proof that is stale or missing.
"""

import argparse
import hashlib
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from tools.main_job import ROOT, decided
from vtsc import __version__
from vtsc.cli import main as vtsc
from vtsc.commands.verify import save
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.content.loader import load
from vtsc.deciding.recording import changes, remarks
from vtsc.deciding.verdict import Result
from vtsc.evidence import functions, proofs
from vtsc.evidence.archive import SUFFIX, packed
from vtsc.evidence.certificate import Certificate
from vtsc.evidence.manifest import MANIFEST

BUILD = ROOT / "build"
EXAMPLE = ROOT / "docs" / "example-certificate"
EXPLAINED = ("2.6.35-svm", "stable", "monotonic")
"""Design, host and property of the worked example."""


def build(content: Content, results: list[Result], folder: Path) -> None:
    """Put all evidence into ``folder``, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    save(content, results, folder)
    for name in content.model.functions:
        made = functions.make(content, name)
        made.save(folder / made.place)


def write_example(certificate: Certificate, folder: Path) -> None:
    """Put the worked example into ``folder``; what explains it there stays."""
    for path in (*folder.glob("*.smt2"), *folder.glob("*.json")):
        path.unlink()
    certificate.save(folder)


def update(content: Content, results: list[Result]) -> None:
    """Write what the tree keeps: the recorded proofs, and the worked example."""
    for path, text in (found := changes(content, results, whole=True)).items():
        print(f"{path.relative_to(ROOT)}: {'written' if text else 'removed'}")
    proofs.write(found)
    for result in results:
        cell = result.cell
        if (cell.design, cell.host, cell.property) == EXPLAINED and result.certificate is not None:
            write_example(result.certificate, EXAMPLE)


def pack(folder: Path) -> str:
    """Pack ``folder`` into an archive beside it; returns a line with the archive's name, size and digest."""
    archive = folder.with_name(f"{folder.name}-{__version__}{SUFFIX}")
    data = packed(folder)
    archive.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return f"{archive.relative_to(ROOT)}: {len(data)} bytes, sha256 {digest}"


def main() -> None:
    """Build, check and pack; what does not hold is not packed, and the exit status says so."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--update", action="store_true", help="write proofs/ and the example")
    given = arguments.parse_args()
    if find_spec("cvc5") is None:
        sys.exit('cvc5 is missing: pip install -e ".[cross]"')
    content = load(str(ROOT))
    results = decided(content, lambda verdict: verdict == HOLDS)
    if given.update:
        update(content, results)
    for line in remarks(content, results):
        print(f"{line}: make evidence UPDATE=1 records it")
    folder = BUILD / "evidence"
    build(content, results, folder)
    certificates = sum(1 for _ in folder.rglob(MANIFEST))
    print(
        f"{folder.relative_to(ROOT)}: {certificates} certificates; they are checked now", flush=True
    )
    status = vtsc(["certify", str(folder), "--root", str(ROOT)])
    if status:
        sys.exit(status)
    print(pack(folder))


if __name__ == "__main__":
    main()
