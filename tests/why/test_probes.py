"""Probes: conditions of every form are noted, with their values, and functions mean what they meant."""

from types import SimpleNamespace

import pytest

from vtsc.why.probes import Probe, probed

NESTED = [
    ("(1 if v.f else 0) > 0", "v.f"),
    ("5 < (v.a if v.f else v.b)", "v.f"),
    ("v.g if v.f else v.h", "v.f"),
    ("v.a if (v.g if v.f else v.h) else v.b", "v.f"),
    ("max(v.a if v.f else 3, 2) == v.a", "v.f"),
    ("any(w.f if w.g else w.h for w in v.all)", "w.g"),
]


def rule(folder, condition):
    """A function with that condition, in a file of its own."""
    file = folder / "rule.py"
    text = f"def rule(v):\n    if {condition}:\n        v.a = 1\n        return 'yes'\n    return 'no'\n"
    file.write_text(text, encoding="utf-8")
    names = {}
    exec(compile(text, str(file), "exec"), names)
    return names["rule"]


@pytest.mark.parametrize(("condition", "inner"), NESTED)
@pytest.mark.parametrize("f", [False, True])
def test_a_condition_in_a_condition(tmp_path, condition, inner, f):
    """The inner one is noted before the outer one, and the function answers as without probes."""

    def thing():
        other = SimpleNamespace(f=f, g=not f, h=True)
        return SimpleNamespace(f=f, g=True, h=False, a=9, b=2, all=(other, other))

    function = rule(tmp_path, condition)
    expected, probe = function(thing()), Probe()
    with probed([function]) as use:
        use(probe)
        assert function(thing()) == expected
    texts = [each.site.text for each in probe.asked]
    assert (texts[0], texts[-1]) == (inner, condition)
    assert probe.asked[-1].value == (expected == "yes")


def test_what_is_assigned(tmp_path):
    """The names of attributes are noted with the step, those of variables are not."""
    function, probe = rule(tmp_path, "v.f"), Probe(step=3)
    with probed([function]) as use:
        use(probe)
        function(SimpleNamespace(f=True))
    assert probe.stores == [(3, "a")]
