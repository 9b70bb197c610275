"""A cache for measured processes: empty, or with nothing in it but what validation remembers."""

import shutil
from dataclasses import dataclass
from pathlib import Path

VALIDATION = ("validated",)
"""Folders of the cache that remember comparisons of rules with functions."""
READ = (".checked", ".digests")
"""Parts of the names of files that remember what was read of sources: that they keep to the language, and the
digests by which validations are found."""


@dataclass(frozen=True)
class Cache:
    """A folder that measured processes take for the user's cache."""

    folder: Path

    def empty(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def forget(self) -> None:
        """Remove verdicts, lemmas of proofs and costs: all but what validation remembers."""
        for path in sorted((self.folder / "vtsc").glob("*")):
            if path.name in VALIDATION or any(part in path.name for part in READ):
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
