"""The registry of designs: name to class, in the order in which reports list them."""

from collections.abc import Sequence

from model.designs.base import Design
from model.designs.before_c8076604 import BeforeC8076604
from model.designs.c0dd6a6ed import C0dd6a6ed
from model.designs.c99e3e30a import C99e3e30a
from model.designs.c58877679_svm import C58877679Svm
from model.designs.e48672fa import E48672fa
from model.designs.f38e098f import F38e098f
from model.designs.patch25 import Patch25
from model.designs.pre25 import Pre25
from model.designs.repaired import Repaired
from model.designs.v2_6_35_svm import V2635Svm
from model.designs.v2_6_35_vmx import V2635Vmx
from model.designs.v2_6_36_svm import V2636Svm
from model.designs.v2_6_37 import V2637
from vtsc.language import DefinitionError, check_name

CLASSES: tuple[type[Design], ...] = (
    V2635Vmx,
    BeforeC8076604,
    V2635Svm,
    C58877679Svm,
    V2636Svm,
    C99e3e30a,
    F38e098f,
    E48672fa,
    Pre25,
    Patch25,
    V2637,
    C0dd6a6ed,
    Repaired,
)


def registry(classes: Sequence[type[Design]]) -> dict[str, type[Design]]:
    """Each class by its own name; raises `DefinitionError` for one without, or for two with the same."""
    found: dict[str, type[Design]] = {}
    for design in classes:
        name = vars(design).get("name")
        if name is None or name in found:
            why = "has no name of its own" if name is None else f"is called {name}, as another is"
            raise DefinitionError(design, f"design {design.__name__} {why}")
        check_name(design, name)
        if not isinstance(getattr(design, "title", None), str):
            raise DefinitionError(design, f"design {design.__name__} has no title")
        found[name] = design
    return found


DESIGNS = registry(CLASSES)

__all__ = ["CLASSES", "DESIGNS", "Design", "registry"]
