"""A fresh environment into which pip installs the wheel of this checkout, without a network.

What vtsc depends on is taken from the environment that runs the tests, by links; vtsc itself is not there.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT


@dataclass(frozen=True)
class Fresh:
    """The environment, and the wheel that it can install."""

    folder: Path
    wheel: Path

    @property
    def programs(self) -> Path:
        """The folder with its programs."""
        return self.folder / "bin"

    def variables(self, cache: Path) -> dict[str, str]:
        """The variables of a process that has its programs first, and that finds vtsc in the wheel alone.

        ``cache``: a folder for what vtsc remembers.
        """
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}
        return {
            **kept,
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(cache),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheel.parent),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
        }


def wheel(folder: Path) -> Path:
    """The wheel of this checkout, built in ``folder``."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def fresh(folder: Path) -> Fresh:
    """An environment in ``folder`` without vtsc."""
    made, packages = folder / "environment", folder / "packages"
    venv.create(made, symlinks=True)
    packages.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        own = path.name.startswith(("vtsc", "_vtsc", "_editable_impl_vtsc"))
        if not own and path.suffix != ".pth" and path.name != "__pycache__":
            (packages / path.name).symlink_to(path)
    (site,) = made.glob("lib/python*/site-packages")
    (site / "packages.pth").write_text(f"{packages}\n", encoding="utf-8")
    pip = made / "bin" / "pip"
    pip.write_text(f"#!/bin/sh\nexec '{made}/bin/python' -m pip \"$@\"\n", encoding="utf-8")
    pip.chmod(0o755)
    return Fresh(made, wheel(folder / "wheel"))


def noting(folder: Path, cache: Path, *programs: str) -> dict[str, str]:
    """The variables of a process whose ``programs`` only note their arguments in the file ``folder/asked``.

    Its other programs are those of the environment that runs the tests.
    """
    stubs = folder / "programs"
    stubs.mkdir()
    for name in programs:
        text = f"#!/bin/sh\necho \"{name} $*\" >> '{folder}/asked'\n"
        (stubs / name).write_text(text, encoding="utf-8")
        (stubs / name).chmod(0o755)
    path = (str(stubs), str(Path(sys.executable).parent), os.environ["PATH"])
    return {**os.environ, "PATH": os.pathsep.join(path), "XDG_CACHE_HOME": str(cache)}


def bash(
    script: str, place: Path, variables: dict[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    """Run a script as those who run CI do, with all that it prints in one text."""
    return subprocess.run(
        ["bash", *options, "-e", "-o", "pipefail", "-c", script],
        cwd=place,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
