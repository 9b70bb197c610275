"""The registry of designs: name to class, in the order in which reports list them."""

from model.designs.base import Design
from model.designs.e48672fa import E48672fa
from model.designs.patch25 import Patch25
from model.designs.pre25 import Pre25
from model.designs.v2_6_35_svm import V2635Svm
from model.designs.v2_6_35_vmx import V2635Vmx
from model.designs.v2_6_37 import V2637

DESIGNS: dict[str, type[Design]] = {
    "2.6.35-vmx": V2635Vmx,
    "2.6.35-svm": V2635Svm,
    "e48672fa": E48672fa,
    "pre25": Pre25,
    "patch25": Patch25,
    "2.6.37": V2637,
}
