"""The kinds of evidence, each with what makes all of it and what checks one folder of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

from vtsc.base.errors import EvidenceError
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.evidence import functions as functionproofs
from vtsc.evidence import progress as liveness
from vtsc.evidence.manifest import MANIFEST, Evidence, read_manifest

RECHECKS: dict[str, Callable[[Content, Path], Evidence]] = {
    liveness.KIND: liveness.recheck,
    functionproofs.KIND: functionproofs.recheck,
}


def recheck(content: Content, folder: Path) -> Evidence:
    """The evidence in ``folder``, made anew, compared and solved; raises `EvidenceError`."""
    kind = read_manifest(folder).get("kind")
    if not isinstance(kind, str) or kind not in RECHECKS:
        raise EvidenceError(f"{MANIFEST}: kind: expected one of {', '.join(RECHECKS)}")
    return RECHECKS[kind](content, folder)


def every(content: Content) -> Iterator[tuple[Path, Evidence]]:
    """All evidence there is with default parameters, and where it belongs; made, unchecked."""
    for design in content.model.designs:
        for host in content.model.hosts:
            case = Case(content, design, host, content.resolve(design, None, {}))
            yield liveness.folder(case), liveness.make(case)
    for name in content.model.functions:
        yield functionproofs.folder(name), functionproofs.make(content, name)
