"""A method of a design that nothing calls, or not so: refused with its line and what was meant."""

import pytest

from tests.support.roots import root_with
from vtsc.base.errors import BadFileError
from vtsc.content.syntax import check

CLASS = '''
class Mine(V2637):
    """A design of one's own."""

    name = "mine"
    title = "an edited 2.6.37"
'''
NEAR = {
    "kvm_arch_vcpu_load": "did you mean vcpu_load?",
    "svm_vcpu_load": "did you mean vcpu_load?",
    "vcpu_lod": "did you mean vcpu_load?",
    "load": "did you mean vcpu_load?",
    "put": "did you mean vcpu_put?",
    "kvm_arch_hardware_enable": "did you mean hardware_enable?",
    "kvm_guest_time_update": "did you mean guest_time_update?",
    "vcpu_entry": "did you mean vcpu_enter?",
    "perform": "call it, or leave it out",
    "frobnicate": "call it, or leave it out",
}
"""Names that the machine has no use for; some are the machine's own."""


def method(name: str, body: str = "pass") -> str:
    """A method of that name."""
    head = f"\n    def {name}(self, host: Any, vcpu: Any, cpu: int) -> None:\n"
    return f'{head}        """A method."""\n        {body}\n'


def refusal(folder, code: str) -> str:
    """What is said of a design with that code; empty where nothing is."""
    root = root_with(folder / "root", CLASS + code)
    try:
        check(root)
    except BadFileError as error:
        return str(error)
    return ""


def line_of(folder, name: str) -> int:
    """The line at which a method is defined."""
    text = (folder / "root/model/designs/mine.py").read_text(encoding="utf-8")
    return 1 + next(n for n, line in enumerate(text.splitlines()) if f"def {name}(" in line)


@pytest.mark.slow
@pytest.mark.parametrize("name", NEAR)
def test_a_method_that_nothing_calls(tmp_path, name):
    """One line with the near name; that the machine has a method of that name is no call of the design's."""
    said = refusal(tmp_path, method(name))
    at = f"model/designs/mine.py:{line_of(tmp_path, name)}"
    assert said == f"{at}: nothing calls {name} of Mine: {NEAR[name]}"


def test_what_only_an_uncalled_method_calls_is_no_news(tmp_path):
    """The one that calls it is named, wherever it stands."""
    code = method("mend") + method("kvm_arch_vcpu_load", "self.mend(host, vcpu, cpu)")
    assert "nothing calls kvm_arch_vcpu_load of Mine" in refusal(tmp_path, code)


def test_an_override_of_what_is_no_longer_called_is_no_slip(tmp_path):
    """Its own name is not proposed for it."""
    root = root_with(tmp_path / "root", CLASS)
    base = root / "model/designs/base.py"
    text = base.read_text(encoding="utf-8")
    base.write_text(text.replace("self.guest_time_update(host, vcpu)", "pass"), encoding="utf-8")
    with pytest.raises(BadFileError, match=r"nothing calls guest_time_update of .*: call it, or"):
        check(root)


GUARD = '''
    def catchup_guard(self, host: Any, vcpu: Any) -> bool:
        """Whether to catch up."""
        return True
'''
CALLED = {
    "a function of the kernel": method("vcpu_load", "super().vcpu_load(host, vcpu, cpu)"),
    "a helper": method("vcpu_load", "self.mend(host, vcpu, cpu)") + method("mend"),
    "one that a helper calls": method("vcpu_load", "self.mend(host, vcpu, cpu)")
    + method("mend", "self.mend_more(host, vcpu, cpu)")
    + method("mend_more"),
    "the parent's helper": GUARD,
    "a private one": method("_kept_for_later"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLED)
def test_what_is_called_is_accepted(tmp_path, name):
    """So is what the design keeps for itself."""
    assert refusal(tmp_path, CALLED[name]) == ""


def test_an_override_of_what_another_design_calls_is_called_by_nothing(tmp_path):
    """2.6.37 has a catchup guard; the design before 25/35 has no use for one."""
    root = root_with(tmp_path / "root", CLASS + GUARD)
    mine = root / "model/designs/mine.py"
    text = mine.read_text(encoding="utf-8").replace("Mine(V2637)", "Mine(Pre25)")
    text = text.replace("from model.designs.v2_6_37", "from model.designs.pre25")
    mine.write_text(text.replace("import V2637", "import Pre25"), encoding="utf-8")
    with pytest.raises(BadFileError, match="nothing calls catchup_guard of Mine"):
        check(root)


def test_a_method_takes_what_the_one_that_it_overrides_takes(tmp_path):
    """Else the machine's call would fail in the middle of a step."""
    said = refusal(tmp_path, method("vcpu_put"))
    at = f"model/designs/mine.py:{line_of(tmp_path, 'vcpu_put')}"
    wanted = "vcpu_put takes (self, host, vcpu, cpu): it must take (self, host, vcpu)"
    assert said == f"{at}: {wanted}"
