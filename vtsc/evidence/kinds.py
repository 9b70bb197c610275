"""The kinds of evidence, each with the function that makes it again from its manifest."""

from collections.abc import Callable, Mapping

from vtsc.base.errors import EvidenceError
from vtsc.evidence import certificate, functions, progress
from vtsc.evidence.manifest import MANIFEST, Evidence, Manifest
from vtsc.evidence.systems import OpenCases

Remake = Callable[[OpenCases, Manifest], Evidence]
"""Makes the evidence that belongs to a manifest; raises `EvidenceError` where there is no such evidence."""

KINDS: Mapping[str, Remake] = {
    certificate.KIND: certificate.remake,
    progress.KIND: progress.remake,
    functions.KIND: functions.remake,
}
"""The claims are, in order: a cell is proved, no state is stuck, claims about functions hold."""


def remake(opened: OpenCases, manifest: Manifest) -> Evidence:
    """The evidence that belongs to a manifest, made again by its kind, unchecked."""
    kind = manifest.get("kind", str, "")
    if kind not in KINDS:
        raise EvidenceError(f"{MANIFEST}: kind: expected one of {', '.join(KINDS)}")
    return KINDS[kind](opened, manifest)
