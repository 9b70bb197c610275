"""A user's own property: it gets its true verdict, or one line that says what is wrong with it."""

import pytest

from tests.support.apart import run_apart
from vtsc.base.errors import Exit

HEAD = '''"""A property of one's own."""

from typing import Any

from properties.reads import last_reads, note_read
from vtsc.language import Property, Record, Step, require, u64


class Mine(Property):
    """A property of one's own."""

    name = "mine"
    claim = "what is claimed"
    symptom = "mine"
    story = "it happens"
'''
OBSERVE = """
    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        \"\"\"Look at a step.\"\"\"
"""
UNTRAPPED = "        return step.call.name == 'suspend'\n"
RESTRICTS = (
    "        require(state.vm.vcpus[0].loaded)\n        return step.call.name == 'suspend'\n"
)


@pytest.fixture
def verify(copy):
    """Verify properties, one of which is new, of patch 25/35 on `stable`: status and report."""

    def run(new: str, *asked: str) -> tuple[int, str]:
        (copy / "properties/mine.py").write_text(HEAD + new, encoding="utf-8")
        path = copy / "properties/__init__.py"
        text = path.read_text(encoding="utf-8")
        added = "from properties.mine import Mine\n"
        if added not in text:
            text = text.replace("from vtsc.language", f"{added}from vtsc.language", 1)
            text = text.replace("p.name: p for p in (", "p.name: p for p in (Mine(), ", 1)
            path.write_text(text, encoding="utf-8")
        command, *rest = asked
        arguments = [command, "patch25", "--host", "stable", *rest, "--root", str(copy)]
        return run_apart(*arguments)

    return run


@pytest.mark.slow
@pytest.mark.parametrize("how", [(), ("--bounded", "--depth", "4")])
def test_a_property_of_what_never_happens_says_nothing(verify, how):
    """No path of any action reports it on a host that cannot suspend: no proof, but VACUOUS."""
    status, text = verify(OBSERVE + UNTRAPPED, "verify", "-p", "mine", *how)
    assert status == Exit.VACUOUS
    assert "mine reports a violation on no path of any action of this machine" in text


def test_a_property_needs_what_there_is(verify):
    """An unknown name is an error with the line of the class and the near name."""
    needs = '    needs = ("can_read_tsc_twise",)\n'
    status, text = verify(needs + OBSERVE + UNTRAPPED, "verify", "-p", "mine")
    assert status == Exit.BAD_FILE
    assert "properties/mine.py:9: mine needs can_read_tsc_twise" in text
    assert "did you mean can_read_tsc_twice" in text


@pytest.mark.parametrize(
    "command",
    [("verify", "-p", "mine", "-p", "monotonic", "--bounded", "--depth", "3"), ("simulate",)],
)
def test_a_property_refuses_no_step(verify, command):
    """It would hide runs from the others, and from itself."""
    status, text = verify(OBSERVE + RESTRICTS, *command)
    assert status == Exit.BAD_FILE
    assert "properties/mine.py:19: a property looks at steps and refuses none" in text
