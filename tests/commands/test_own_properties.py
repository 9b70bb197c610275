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
            text = text.replace("for p in (", "for p in (Mine(), ", 1)
            path.write_text(text, encoding="utf-8")
        command, *rest = asked
        arguments = [command, "patch25", "--host", "stable", *rest, "--root", str(copy)]
        return run_apart(*arguments)

    return run


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("how", [(), ("--bounded", "--depth", "4")])
def test_a_property_of_what_never_happens_says_nothing(verify, how):
    """No path of any action reports it on a host that cannot suspend: no proof, but VACUOUS."""
    status, text = verify(OBSERVE + UNTRAPPED, "verify", "-p", "mine", *how)
    assert status == Exit.VACUOUS
    assert "mine reports a violation on no path of any action of this machine" in text


@pytest.mark.slow
def test_a_property_needs_what_there_is(verify):
    """An unknown name is an error with the line of the class and the near name."""
    needs = '    needs = ("can_read_tsc_twise",)\n'
    status, text = verify(needs + OBSERVE + UNTRAPPED, "verify", "-p", "mine")
    assert status == Exit.BAD_FILE
    assert "properties/mine.py:9: mine needs can_read_tsc_twise" in text
    assert "did you mean can_read_tsc_twice" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [("verify", "-p", "mine", "-p", "monotonic", "--bounded", "--depth", "3"), ("simulate",)],
)
def test_a_property_refuses_no_step(verify, command):
    """It would hide runs from the others, and from itself."""
    status, text = verify(OBSERVE + RESTRICTS, *command)
    assert status == Exit.BAD_FILE
    assert "properties/mine.py:19: a property looks at steps and refuses none" in text


LOADED = '''
    def ghosts(self, machine: Any) -> dict[str, Record]:
        """How often each vCPU was loaded."""
        return {**instances("vcpu", (Times() for _ in range(machine.sizes["vcpu"])))}

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Count loads, which nobody observes."""
        if step.call.name != "load":
            return False
        v, _ = step.call.args
        ghosts[f"vcpu{v}"].times += 1
        return ghosts[f"vcpu{v}"].times == 2

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """How often it was loaded before."""
        return [Term("times", ghosts[f"vcpu{step.call.args[0]}"].times, "time")]
'''
TIMES = '''class Times(Record):
    """How often a vCPU was loaded."""

    times: int = counter("", "how often it was loaded")


class Mine'''


@pytest.mark.hours
@pytest.mark.slow
def test_a_property_may_watch_an_action_that_nobody_observes(copy, verify, monkeypatch):
    """Verified, saved, replayed, shown and simulated; its terms are told as they were before the step."""
    head = HEAD.replace("class Mine", TIMES, 1).replace("require, u64", "Term, counter, instances")
    monkeypatch.setattr(f"{__name__}.HEAD", head.replace(", require", ""))
    story = '    story = "vCPU {subject} was loaded {times} before, by {culprit}"\n'
    new = story + LOADED
    saved = copy / "saved"
    status, text = verify(new, "verify", "-p", "mine", "--save", str(saved))
    assert status == Exit.VIOLATED and "VIOLATED(3)" in text
    told = "vCPU 0 was loaded 1 time before, by what happens in put(0) in step 2"
    assert told in text and "here: times = 1" in text
    trace = str(saved / "patch25.stable.mine.json")
    status, text = run_apart("replay", trace, "--root", str(copy))
    assert status == Exit.VIOLATED and "VIOLATED(3)" in text
    status, text = run_apart("show", trace, "--root", str(copy))
    assert status == Exit.OK and told in text
    status, text = verify(new, "simulate", "-p", "mine")
    assert status == Exit.VIOLATED and "violations: mine" in text


@pytest.mark.hours
@pytest.mark.slow
def test_a_story_that_asks_for_too_much_hides_no_verdict(verify):
    """The report says what there is."""
    story = '    story = "vCPU {subject} slept {hours}, by {culprit}"\n'
    exits = "        return step.call.name == 'exit'\n"
    status, text = verify(story + OBSERVE + exits, "verify", "-p", "mine")
    assert status == Exit.VIOLATED
    said = "its story asks for what there is not; there is culprit, subject"
    assert said in " ".join(text.split())
