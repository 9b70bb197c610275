"""The versions on which results rest; where two machines differ in one, they do not work together."""

import hashlib
import platform
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import vtsc


@dataclass(frozen=True)
class Versions:
    """What runs on a machine."""

    vtsc: str
    """The version, and a digest of the sources."""
    python: str
    solver: str

    def differences(self, other: "Versions") -> str:
        """What differs: what is here, and what is there; empty where nothing does."""
        own, others = asdict(self), asdict(other)
        differing = (f"{n} {own[n]} here, {others[n]} there" for n in own if own[n] != others[n])
        return "; ".join(differing)


@cache
def versions() -> Versions:
    """The versions of this machine."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return Versions(f"{vtsc.__version__} ({_sources()})", python, _solver())


def _solver() -> str:
    """The version of the solver; of a package that is installed as such, without loading it."""
    try:
        return f"z3 {version('z3-solver')}"
    except PackageNotFoundError:
        from vtsc.solver.version import version as loaded

        return loaded()


def _sources() -> str:
    """A digest of the checker's sources."""
    folder, sha = Path(vtsc.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("_bundled/"):
            sha.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()[:16]
