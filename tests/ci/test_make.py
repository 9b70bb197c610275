"""The fragment for Makefiles, in a tree of its own, and in one that is built as the kernel is."""

import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

FRAGMENT = ROOT / "ci/vtsc.mk"
KERNEL = f"""\
srctree := ..
objtree := .
Q := @
PHONY := all
all:
include {FRAGMENT}
.PHONY: $(PHONY)
"""


def make(place, *arguments, vtsc=f"{sys.executable} -m vtsc"):
    """Run make; its exit status, and all that it prints."""
    done = subprocess.run(
        ["make", "--no-print-directory", f"VTSC={vtsc}", *arguments],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.slow
def test_a_tree_of_its_own(repository, spoil):
    """``make vtsc-check`` fails where the gate fails; the first target of the tree stays the first."""
    text = f"all:\n\t@echo all\ninclude {FRAGMENT}\n"
    (repository / "Makefile").write_text(text, encoding="utf-8")
    assert make(repository) == (0, "all\n")
    spoil()
    status, text = make(repository, "vtsc-check")
    assert status == 2 and "vtsc-check] Error 10" in text
    assert "no-odd sc never_torn [1]: VIOLATED(5) step 1, first [violated]" in text
    assert (repository / "vtsc-report/no-odd.sc.never_torn.readers=2.json").exists()


def test_a_tree_that_is_built_elsewhere(repository):
    """As a kernel with ``O=``: paths are those of the sources, and reports go among the objects."""
    objects = repository / "objects"
    objects.mkdir()
    (objects / "Makefile").write_text(KERNEL, encoding="utf-8")
    variables = ("VTSC_FLAGS=--format json", "VTSC_REPORT=gate", "VTSC_MANIFEST=a/b.toml")
    status, text = make(objects, "vtsc-check", *variables, vtsc="pwd; echo")
    said = f"{repository}\ngate --format json --save {objects}/gate a/b.toml\n"
    assert (status, text) == (0, said)
