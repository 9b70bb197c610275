"""Parameters: what may be written for them, what is refused and how, and what goes together."""

from fractions import Fraction

import pytest

from model.designs import DESIGNS, registry
from model.designs.patch25 import Patch25
from model.parameters import PARAMETERS, resolve
from vtsc.base.errors import Exit, UsageError
from vtsc.language.definitions import DefinitionError
from vtsc.language.parameters import Parameter, assignments, duration_text, settle


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("clock_resolution", "4ms", Fraction(4_000_000)),
        ("clock_resolution", "69.84ns", Fraction(6984, 100)),
        ("clock_resolution", "1.5us", Fraction(1500)),
        ("clock_resolution", ".5NS", Fraction(1, 2)),
        ("timeslice", "2s", Fraction(2 * 10**9)),
        ("timeslice", "none", None),
        ("sampling_gap", "0", Fraction(0)),
        ("virtual_khz", "2.4GHz", 2_400_000),
        ("virtual_khz", "800MHz", 800_000),
        ("virtual_khz", "2400000", 2_400_000),
        ("virtual_khz", "1kHz", 1),
        ("vcpus", "2", 2),
        ("skew_max", "none", None),
        ("skew_max", "unbounded", None),
        ("clock_resolution_unstable", "same", None),
        ("host_rate_min", "0.75", Fraction(3, 4)),
        ("host_rate_min", "1/3", Fraction(1, 3)),
        ("vendor", "vmx", "vmx"),
    ],
)
def test_units(name, text, value):
    """A text with a unit stands for an exact value: ns, kHz, or a ratio."""
    assert PARAMETERS[name].parse(text) == value


TIME = "with a unit (ns, us, ms, s), such as 4ms or 69.84ns"
FREQUENCY = (
    "a frequency in kHz from 1 to 1000000000, or with a unit (kHz, MHz, GHz), such as 2.4GHz"
)


@pytest.mark.parametrize(
    ("name", "text", "accepted"),
    [
        ("clock_resolution", "2.4GHz", f"a time above 0 {TIME}"),
        ("clock_resolution", "4", f"a time above 0 {TIME}"),
        ("clock_resolution", "0ns", f"a time above 0 {TIME}"),
        ("clock_resolution", "none", f"a time above 0 {TIME}"),
        ("clock_resolution", "4 ms", f"a time above 0 {TIME}"),
        ("sampling_gap", "-1ns", f"a time from 0 {TIME}"),
        ("timeslice", "1e3ns", f"a time above 0 {TIME}, or none"),
        ("virtual_khz", "4ms", FREQUENCY),
        ("virtual_khz", "0", FREQUENCY),
        ("virtual_khz", "1001GHz", FREQUENCY),
        ("virtual_khz", "1.5kHz", FREQUENCY),
        ("vcpus", "2ms", "a whole number from 1 to 8"),
        ("vcpus", "0", "a whole number from 1 to 8"),
        ("vcpus", "9", "a whole number from 1 to 8"),
        ("vcpus", "1.5", "a whole number from 1 to 8"),
        ("vcpus", "none", "a whole number from 1 to 8"),
        ("vcpus", "", "a whole number from 1 to 8"),
        ("host_rate_min", "3/2", "a ratio from 0 to 1, such as 1/2 or 0.75"),
        ("host_rate_min", "1/0", "a ratio from 0 to 1, such as 1/2 or 0.75"),
        ("vendor", "SVM", "svm | vmx"),
        ("trapping", "on", "off | unstable"),
    ],
)
def test_refusals(name, text, accepted):
    """A wrong unit, form or range is answered in one line that says what is accepted."""
    with pytest.raises(UsageError) as refused:
        settle(PARAMETERS, {name: text})
    assert str(refused.value) == f"parameter {name}={text}: accepted is {accepted}"
    assert refused.value.status is Exit.USAGE


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_ends_of_the_range(name):
    """The least and the greatest value are accepted, the next ones beyond are not."""
    parameter = PARAMETERS[name]
    if parameter.kind == "choice":
        assert [parameter.parse(text) for text in parameter.choices] == list(parameter.choices)
        return
    unit = "ns" if parameter.kind == "duration" else ""
    assert parameter.parse(f"{parameter.lo + parameter.above}{unit}") == (
        parameter.lo + parameter.above
    )
    assert parameter.parse(f"{parameter.hi}{unit}") == parameter.hi
    for beyond in (parameter.lo + parameter.above - 1, parameter.hi + 1):
        with pytest.raises(UsageError):
            parameter.parse(f"{beyond}{unit}")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("vcpu", "did you mean vcpus, pcpus, cpufreq?"),
        ("lag_bond", "did you mean lag_bound, lead_bound, late_bound?"),
        ("xyzzy", "see vtsc list"),
    ],
)
def test_unknown_names(name, answer):
    """An unknown parameter is answered with the names that are near it."""
    with pytest.raises(UsageError) as refused:
        settle(PARAMETERS, {name: "1"})
    assert str(refused.value) == f"unknown parameter {name}: {answer}"


def test_few_names_are_all_listed():
    """Where no name is near and there are few, all are said."""
    few = {name: Parameter(name, "integer", "1", "") for name in ("one", "two")}
    with pytest.raises(UsageError, match=r"^unknown parameter xyzzy: known: one, two$"):
        settle(few, {"xyzzy": "1"})


def test_assignments():
    """``name=value`` texts become a mapping; any other form or a repetition is refused."""
    assert assignments(["a=1", " b = x=y "]) == {"a": "1", "b": "x=y"}
    for texts, answer in (
        (["a"], "--set a: expected name=value"),
        (["=1"], "--set =1: expected name=value"),
        (["a="], "--set a=: expected name=value"),
        (["a=1", "a=1"], "--set a is given twice"),
    ):
        with pytest.raises(UsageError) as refused:
            assignments(texts)
        assert str(refused.value) == answer


# round trips

SAMPLES = {
    "integer": ("1", "2", "8"),
    "duration": ("1ns", "69.84ns", "0.001ns", "1001ns", "1us", "4ms", "1500us", "100s"),
    "frequency": ("1", "800000", "2400000"),
    "ratio": ("1", "1/2", "1/3"),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_round_trip(name):
    """Of every parameter the default and other values are written as they were read."""
    parameter = PARAMETERS[name]
    samples = parameter.choices or SAMPLES[parameter.kind]
    texts = [parameter.default, *((parameter.absent,) if parameter.optional else ()), *samples]
    inside = [text for text in texts if accepts(parameter, text)]
    assert len(inside) >= 2
    assert [str(parameter.text(parameter.parse(text))) for text in inside] == inside


def accepts(parameter: Parameter, text: str) -> bool:
    """Whether the text is in the parameter's range."""
    try:
        parameter.parse(text)
    except UsageError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "text", "canonical"),
    [
        ("clock_resolution", "4000000ns", "4ms"),
        ("clock_resolution", "0.5us", "500ns"),
        ("clock_resolution", "0.06984us", "69.84ns"),
        ("sampling_gap", "0", "0ns"),
        ("timeslice", "60000ms", "60s"),
        ("virtual_khz", "2.4GHz", 2_400_000),
        ("host_rate_min", "0.75", "3/4"),
        ("host_rate_max", "4/2", "2"),
        ("skew_max", "007", 7),
        ("skew_max", "none", "unbounded"),
    ],
)
def test_one_way_of_writing(name, text, canonical):
    """A value has one text, however it was given, and that text stands for the same value."""
    parameter = PARAMETERS[name]
    value = parameter.parse(text)
    assert parameter.text(value) == canonical
    assert parameter.parse(str(canonical)) == value


def test_duration_text():
    """The largest unit that keeps a duration whole, else ns as a decimal."""
    texts = [duration_text(ns) for ns in (0, 1, 999, 1000, 10**6, 10**9, Fraction(1, 8))]
    assert texts == ["0ns", "1ns", "999ns", "1us", "1ms", "1s", "0.125ns"]


def test_settings_round_trip():
    """All settings of a cell, written and read again, are the same settings with the same hash."""
    given = {"vcpus": "3", "clock_resolution": "4ms", "virtual_khz": "2.4GHz", "timeslice": "1ms"}
    settings = settle(PARAMETERS, given)
    again = settle(PARAMETERS, {name: str(text) for name, text in settings.texts().items()})
    assert (again, hash(again)) == (settings, hash(settings))
    assert list(settings) == list(PARAMETERS)
    assert settings != settle(PARAMETERS, {})


def test_changed_settings(content):
    """Only what differs from the defaults of the cell's property is listed as changed."""
    given = {"vcpus": "1", "pcpus": "3", "clock_resolution": "4000us"}
    settings = content.resolve("patch25", "monotonic", given)
    changed = {"pcpus": 3, "clock_resolution": "4ms"}
    assert content.changed("patch25", "monotonic", settings) == changed
    assert content.changed("patch25", "monotonic_smp", settings) == {"vcpus": 1, **changed}
    usual = content.resolve("patch25", "monotonic", {})
    assert content.changed("patch25", "monotonic", usual) == {}


# combinations


@pytest.mark.parametrize(
    ("design", "given", "answer"),
    [
        ("patch25", {"trapping": "unstable"}, "trapping=unstable needs vcpus of 2 or more"),
        ("2.6.37", {"trapping": "unstable"}, "trapping=unstable needs vcpus of 2 or more"),
        (
            "pre25",
            {"trapping": "unstable", "vcpus": "2"},
            "trapping=unstable: design pre25 cannot trap, only patch25, 2.6.37, 0dd6a6ed, repaired",
        ),
        (
            "2.6.35-svm",
            {"trapping": "unstable", "vcpus": "2"},
            "trapping=unstable: design 2.6.35-svm cannot trap, only patch25, 2.6.37, 0dd6a6ed, repaired",
        ),
        (
            "2.6.35-vmx",
            {"vendor": "svm"},
            "vendor=svm: design 2.6.35-vmx has vendor=vmx only",
        ),
        (
            "2.6.35-svm",
            {"vendor": "vmx"},
            "vendor=vmx: design 2.6.35-svm has vendor=svm only",
        ),
    ],
)
def test_combinations_with_no_meaning(design, given, answer):
    """A combination that a design has no rule for is refused in one line, as a usage error."""
    with pytest.raises(UsageError) as refused:
        resolve(design, given, {})
    assert str(refused.value) == answer


@pytest.mark.parametrize("design", [name for name in DESIGNS if name != "patch25"])
def test_the_catchup_guard_is_patch25s(design):
    """``catchup_guard`` is refused outside patch25, even at its default."""
    for guard in ("not-kvmclock", "always"):
        with pytest.raises(UsageError) as refused:
            resolve(design, {"catchup_guard": guard}, {})
        answer = f"catchup_guard has no meaning in design {design}, only in patch25"
        assert str(refused.value) == answer


def test_combinations_with_a_meaning():
    """What the refusals above leave is accepted, with the values that were given."""
    assert resolve("patch25", {"catchup_guard": "always"}, {})["catchup_guard"] == "always"
    trapping = resolve("patch25", {"trapping": "unstable", "vcpus": "2"}, {})
    assert (trapping["trapping"], trapping["vcpus"]) == ("unstable", 2)
    assert resolve("pre25", {"vendor": "vmx"}, {})["vendor"] == "vmx"


def test_the_vendor_follows_the_design():
    """Unless given, the vendor is the only one, or svm where there are two."""
    vendors = {design: resolve(design, {}, {})["vendor"] for design in DESIGNS}
    assert vendors == dict.fromkeys(DESIGNS, "svm") | {"2.6.35-vmx": "vmx"}


def test_a_propertys_defaults_yield():
    """A property's own default replaces the parameter's, and yields to what was given."""
    assert resolve("pre25", {}, {"vcpus": "2"})["vcpus"] == 2
    assert resolve("pre25", {"vcpus": "3"}, {"vcpus": "2"})["vcpus"] == 3
    assert resolve("patch25", {"trapping": "unstable"}, {"vcpus": "2"})["vcpus"] == 2


class Mine(Patch25):
    """A copy whose author forgot the name."""


class Mine2(Patch25):
    """A copy whose author left the name."""

    name = "patch25"


@pytest.mark.parametrize(
    ("design", "why"),
    [(Mine, "Mine has no name of its own"), (Mine2, "Mine2 is called patch25, as another is")],
)
def test_every_design_has_a_name_of_its_own(design, why):
    """Else one would silently stand in for another."""
    with pytest.raises(DefinitionError, match=why):
        registry([Patch25, design])
