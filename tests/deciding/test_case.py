"""A case is opened once: how often machines are built, settings parsed and runs executed for a verdict."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.support.cases import decide_group, open_case
from tests.support.sampling import sampled
from vtsc.base.errors import BadFileError
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort
from vtsc.language.parameters import Parameter
from vtsc.native.interpreter import Player

CELLS = [
    ("2.6.37", "cstate", "monotonic", Status.PROVED),
    ("2.6.37", "cstate", "monotonic_smp", Status.PROVED),
    ("patch25", "cstate", "monotonic", Status.VIOLATED),
    ("e48672fa", "fast", "bounded_lead", Status.VIOLATED),
]


@pytest.fixture
def counted(content, monkeypatch, tmp_path):
    """The content, with counts of machines by their settings, of parsed texts, and of runs by their calls."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    machines: Counter[object] = Counter()
    parsed: Counter[object] = Counter()
    runs: Counter[object] = Counter()
    build, parse, play = content.model.build, Parameter.parse, Player.play

    def counted_build(design, host, settings):
        machines[design, host, settings] += 1
        return build(design, host, settings)

    def counted_parse(parameter, text):
        parsed[parameter.name, text] += 1
        return parse(parameter, text)

    def counted_play(player, calls, source, explain=None):
        runs[player.prop.name, tuple(calls)] += 1
        return play(player, calls, source, explain)

    monkeypatch.setattr(Parameter, "parse", counted_parse)
    monkeypatch.setattr(Player, "play", counted_play)
    changed = replace(content, model=replace(content.model, build=counted_build), _resolved={})
    return changed, machines, parsed, runs


@pytest.mark.slow
@sampled(4, ("design", "host", "prop", "status"), CELLS)
def test_a_cell_is_opened_once(counted, design, host, prop, status):
    """Each text is parsed once, and a found run is executed twice.

    There are two machines of a size at most: one to explore, and one to validate with.
    """
    content, machines, parsed, runs = counted
    (group,) = groups(content, [design], [host], [prop], {"virtual_khz": "1GHz"})
    (result,) = decide_group(content, group, 12)
    assert result.status is status
    assert set(machines.values()) <= {1, 2}
    assert len(machines) <= 5  # own, any number, one larger, and with and without a bystander
    assert parsed["virtual_khz", "1GHz"] == 1
    # A default is parsed again for each set of defaults that properties with recorded proofs have.
    assert max(parsed.values()) <= 4
    assert set(runs.values()) == {2}


@pytest.mark.slow
def test_the_sizes_that_any_number_stands_on_are_all_that_is_built(counted):
    """A cell that search decides needs the machine of its own size alone."""
    content, machines, _, _ = counted
    (group,) = groups(content, ["patch25"], ["cstate"], ["monotonic"], {})
    decide_group(content, group, 12, Effort.BOUNDED)
    ((_, _, settings),) = machines
    assert settings == group.settings


@pytest.mark.parametrize("name", ["one_value", "never_back"])
def test_a_lemma_with_a_name_of_the_checker_s_own_is_refused(content, name):
    """Such a lemma would be left out of proofs and records; its file and line are named."""
    case = open_case(content, "pre25", "stable")
    stated = case.machine().lemmas
    case.machine().__dict__["lemmas"] = lambda: [replace(x, name=name) for x in stated()]
    with pytest.raises(
        BadFileError, match=rf"model/lemmas/machine.py:\d+: lemma {name}: the checker"
    ):
        case.lemmas("monotonic")
