"""The kinds of evidence: what is claimed by each, and how it is made again from its manifest."""

from collections.abc import Callable, Mapping

from vtsc.base.errors import EvidenceError
from vtsc.evidence import certificate, functions, progress
from vtsc.evidence.manifest import MANIFEST, Evidence, Manifest
from vtsc.evidence.systems import OpenCases

Remake = Callable[[OpenCases, Manifest], Evidence]
"""Makes the evidence that a manifest is of; raises `EvidenceError` where there is no such evidence."""

KINDS: Mapping[str, Remake] = {
    certificate.KIND: certificate.remake,
    progress.KIND: progress.remake,
    functions.KIND: functions.remake,
}
"""A property holds in a cell; no state of a case is stuck; plain functions compute what is claimed."""


def remake(opened: OpenCases, manifest: Manifest) -> Evidence:
    """The evidence that a manifest is of, made again by its kind, unchecked."""
    kind = manifest.get("kind", str, "")
    if kind not in KINDS:
        raise EvidenceError(f"{MANIFEST}: kind: expected one of {', '.join(KINDS)}")
    return KINDS[kind](opened, manifest)
