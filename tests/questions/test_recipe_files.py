"""The grammar of recipes: every row of docs/recipes.md, and the place and text of every mistake."""

import json
import re
import tomllib

import jsonschema
import pytest

from questions.recipes.fitting import script
from questions.recipes.reading.steps import read_step
from questions.recipes.reading.tree import Delay, Mistake
from questions.recipes.reading.values import Tokens, delay, duration, value
from questions.recipes.script import Gap, Literal, Now, Op, Part, Saved, Threads
from tests.support.paths import ROOT
from tests.support.recipe_files import ARMED, WHOLE, read
from vtsc.base.errors import BadFileError

PAGE = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading of the page, without the code marks of the first cell."""
    text = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [
        re.split(r"(?<!\\) \| ", line.strip("| ")) for line in text.splitlines() if line[:1] == "|"
    ]
    return [[cell.strip().strip("`").replace("\\|", "|") for cell in row] for row in rows[2:]]


def test_a_whole_recipe(tmp_path):
    """Sections, steps, lines, and the delays that are not given."""
    (found,) = read(tmp_path, WHOLE)
    assert found.name == "mine" and found.vcpus == 2
    assert [step.line for step in found.sections["restore"]] == [5, 6]
    create, write = (timed.call for timed in found.sections["restore"][0].calls)
    assert create.name == "KVM_CREATE_VCPU" and write.fields == (("TSC", Saved()),)
    assert found.want == {"offsets_equal": True, "agree": 10_000_000}
    assert found.elapsed == {"default": Delay(0, 50_000_000)}
    assert [told.split()[0] for told in found.assumed] == ["0..50ms", "gap", "guest.uptime"]


@pytest.mark.parametrize("row", table("Keys"), ids=lambda row: row[0])
def test_every_key_of_the_page(tmp_path, row):
    """Each key's example is read, and no key is missing from the page."""
    from questions.recipes.reading.file import KEYS

    key, example = row[0], row[1]
    assert key in (*KEYS, "variant")
    kept = WHOLE.replace("v*: KVM_RUN", "v0: KVM_RUN")  # an example parks v1
    if re.search(rf"^{key} = ", kept, re.M):
        kept = re.sub(rf"^{key} = (\[\n.*?^\]|[^\n]*)\n", "", kept, flags=re.M | re.S)
    tables = example.startswith("[")
    text = f"{kept}{example}\n" if tables else f"{example}\n{kept}"
    assert read(tmp_path, text.replace("<br>", "\n"))
    assert {row[0] for row in table("Keys")} == {*KEYS, "variant"}


@pytest.mark.parametrize("value", ["(" * 300 + "1" + ")" * 300, "1+" * 300 + "1", "-" * 300 + "1"])
def test_a_value_without_end_is_refused(tmp_path, value):
    """Brackets within brackets and endless sums are one line, too."""
    with pytest.raises(BadFileError, match="expected at most 60 signs") as told:
        read(tmp_path, WHOLE.replace("TSC=saved", f"TSC={value}"))
    assert len(str(told.value)) < 200


@pytest.mark.parametrize("row", table("Who"), ids=lambda row: row[0])
def test_every_who_of_the_page(row):
    """The calls of an example happen in the order that the page says."""
    step = read_step(row[1], 1, 2, {})
    assert orders(step) == row[2].replace("`", "")


def orders(step) -> str:
    """The calls of a step in words, as the page has them."""
    if step.manner == "vm":
        return ", ".join(step.names)
    names = {
        "rows": [(name, v) for name in step.names for v in step.vcpus],
        "each": [(name, v) for v in step.vcpus for name in step.names],
    }
    if step.manner == "threads":
        return " beside ".join(", ".join(f"{name} v{v}" for name in step.names) for v in step.vcpus)
    return ", ".join(f"{name} v{v}" for name, v in names[step.manner])


@pytest.mark.parametrize("row", table("Calls"), ids=lambda row: row[0])
def test_every_call_of_the_page(row):
    """Each example is read as the call that it is in the row of."""
    step = read_step(row[1], 1, 2, {"copy": Delay(0, 1)})
    assert row[0] in step.names


def test_no_call_is_missing_from_the_page():
    """Calls and acts that the reader knows, and calls that only take time."""
    from questions.recipes.reading.calls import ACTS, CALLS, ONLY_TIME

    assert [row[0] for row in table("Calls")] == [*CALLS, *ACTS]
    for name in ONLY_TIME:
        assert f"`{name}`" in PAGE


@pytest.mark.parametrize("row", table("Properties"), ids=lambda row: row[0])
def test_every_property_of_the_page(tmp_path, row):
    """Each example is accepted, beside one that is a property and with a timer that is armed."""
    other = "offsets_equal" if row[0] != "offsets_equal" else "agree"
    want = f"want = {{ {row[1]}, {other} = true }}"
    (found,) = read(tmp_path, re.sub(r"^want = .*$", want, ARMED, flags=re.M))
    assert list(found.want) == [row[0], other]


def test_no_property_is_missing_from_the_page():
    """In the order of the reader."""
    from questions.recipes.properties import PROPERTIES

    assert [row[0] for row in table("Properties")] == [*PROPERTIES, "pause"]


VALUES = {
    "saved": Saved(),
    "saved(v1)": Saved(1),
    "now": Now(),
    "now(v0)": Now(0),
    "clock.host_tsc": Part("clock", "host_tsc"),
    "0x10": Literal(16),
    "10ms": Literal(10_000_000),
    "saved - 2 * now": Op("-", Saved(), Op("*", Literal(2), Now())),
    "(now - saved) // 2": Op("//", Op("-", Now(), Saved()), Literal(2)),
    "-1": Op("-", Literal(0), Literal(1)),
    "saved or now": Op("or", Saved(), Now()),
}


def test_every_value_of_the_page():
    """The page's examples are these, each read as it is meant."""
    assert [row[0] for row in table("Values")] == list(VALUES)
    for text, wanted in VALUES.items():
        assert value(Tokens(text)) == wanted


def test_delays():
    """A fixed one, a range, a name; 0 needs no unit."""
    named = {"copy": Delay(0, 3_000_000_000, "copy")}
    assert delay("0..50ms", {}) == Delay(0, 50_000_000)
    assert delay("0.45s", {}) == Delay(450_000_000, 450_000_000)
    assert delay("copy", named).name == "copy"
    assert duration("1h") == 3_600_000_000_000
    for wrong in ("", "5", "0.1ns", "-1s", "2000000h", "1s..0", "x"):
        with pytest.raises(Mistake):
            delay(wrong, {})


def mistakes() -> list[tuple[str, str]]:
    """What the page's table of mistakes says: a change of the whole recipe, and the message."""
    return [(row[0], row[1]) for row in table("Mistakes")]


@pytest.mark.parametrize(("line", "message"), mistakes(), ids=lambda x: x[:30])
def test_every_mistake_of_the_page(tmp_path, line, message):
    """The line is put where its key or step belongs; the message names that line."""
    with pytest.raises(BadFileError) as told:
        read(tmp_path, WHOLE + with_mistake(line))
    text = str(told.value)
    assert text.partition(": ")[2] == message
    number = int(re.match(r"mine\.toml:([0-9]+): ", text)[1])
    assert (WHOLE + with_mistake(line)).splitlines()[number - 1].removeprefix('  "').removesuffix(
        '",'
    ) == line


def with_mistake(line: str) -> str:
    """A key as it is, and a step in a list."""
    return f"{line}\n" if re.match(r"[\w.\"]+ = ", line) else f'reset = [\n  "{line}",\n]\n'


def test_a_variant_replaces_whole_keys(tmp_path):
    """What it does not name is that of the file; lines are those of the variant."""
    text = WHOLE + (
        '[expect."6.18"]\nagree = "holds"\n'
        '[[variant]]\nname = "before"\n\n[[variant]]\nname = "after"\ngap = "2s"\n'
        'save = [\n  "v*: pause; KVM_GET_MSRS TSC",\n]\n[variant.expect."6.18"]\noffsets_equal = "fails"\n'
    )
    before, after = read(tmp_path, text)
    assert (before.name, after.name) == ("mine/before", "mine/after")
    assert (
        before.expect["6.18"]["agree"].result == "holds"
        and before.expect["6.18"]["agree"].line == 9
    )
    assert list(after.expect["6.18"]) == ["offsets_equal"]
    assert after.gap == Delay(2 * 10**9, 2 * 10**9, "gap") and before.gap.high == 3600 * 10**9
    assert (
        after.sections["save"][0].line
        == text.splitlines().index('  "v*: pause; KVM_GET_MSRS TSC",') + 1
    )


def test_the_line_of_a_mistake_in_a_variant(tmp_path):
    """It is the variant's own, although the key stands above, too."""
    text = WHOLE + '[[variant]]\nname = "one"\nrestore = ["v2: KVM_RUN"]\n'
    with pytest.raises(BadFileError, match=r"^mine\.toml:10: restore: v2: there is no v2"):
        read(tmp_path, text)


def test_a_step_that_is_there_twice_has_its_own_line(tmp_path):
    """The second of two equal texts is found after the first."""
    text = WHOLE + 'reset = [\n  "v*: pause",\n  "v0: KVM_RUN",\n  "v*: pause",\n]\n'
    (found,) = read(tmp_path, text)
    assert [step.line for step in found.sections["reset"]] == [9, 10, 11]


def test_the_page_lists_every_rule_that_can_be_switched():
    """In the order of the model, and each preset by its version."""
    from model.today import PRESETS, SHORT

    assert [row[0] for row in table("Rule sets")] == [*SHORT]
    told = PAGE.split("## Rule sets\n")[1].split("\n## ")[0]
    for version in PRESETS:
        assert version in told


def test_the_page_lists_every_verdict():
    """The words that a report has for them."""
    from questions.recipes import deciding

    words = ("HOLDS", "FAILS", "DEPENDS", "UNKNOWN", "VACUOUS", "UNAVAILABLE")
    assert [row[0] for row in table("Verdicts")] == [getattr(deciding, w).upper() for w in words]


def test_the_page_says_every_usual_limit():
    """One that is not stated is the property's own."""
    from questions.recipes.properties import PROPERTIES

    (said,) = re.findall(r"the limit is (.*?); and the guest's time excludes", PAGE, flags=re.S)
    told = {
        name: duration(limit.replace(" ", ""))
        for limit, names in re.findall(r"([0-9]+ m?s) for ([^0-9]*)", said)
        for name in re.findall(r"`(\w+)`", names)
    }
    usual = {
        name: value
        for name, prop in PROPERTIES.items()
        for value in prop.parameters.values()
        if isinstance(value, int)
    }
    assert told == usual and PROPERTIES["tsc_continuous"].parameters["pause"] == "exclude"


def test_the_page_lists_every_recipe():
    """In the order of their names."""
    names = [path.stem for path in sorted((ROOT / "recipes").glob("*.toml"))]
    assert [row[0] for row in table("The recipes that are here")] == names


def test_the_first_example_of_the_page_is_a_recipe(tmp_path):
    """It can be read as it stands."""
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, flags=re.M | re.S)
    assert read(tmp_path, shown)


def test_the_line_of_a_log_follows_the_schema():
    """And it is read."""
    from questions.recipes.logs.recorded import read_recorded

    (shown,) = re.findall(r"^```json\n(.*?)^```$", PAGE, flags=re.M | re.S)
    schema = json.loads((ROOT / "docs/schemas/recorded.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(shown), schema)
    assert read_recorded("log", shown).events[0].msrs == (("TSC", 0x12A05F200),)


def test_what_is_decided(tmp_path):
    """Steps of single vCPUs in their order, each with its delay by name; what only takes time is a wait."""
    text = WHOLE + (
        'delays = { copy = "0..3s" }\n'
        'reset = ["each v: KVM_GET_REGS; wait copy; KVM_RUN", "threads v: KVM_RUN"]\n'
        'elapsed = { default = "0..1ms", KVM_GET_REGS = "copy" }\n'
    )
    (found,) = read(tmp_path, text)
    sections = {section.kind: section for section in script(found).sections}
    assert [s.gap.name for s in sections["save"].body][:2] == ["pause.v0", "GET_MSRS.v0"]
    assert sections["restore"].gap == Gap(0, 3600 * 10**9, "gap", given=True)
    *rows, threads = sections["reset"].body
    assert [(s.who, s.call.name, s.gap.name) for s in rows[:3]] == [
        (0, "wait", "copy.v0"),
        (0, "wait", "copy.v0"),
        (0, "KVM_RUN", "RUN.v0.2"),
    ]
    assert isinstance(threads, Threads) and len(threads.threads) == 2


def schema() -> dict:
    """That of a recipe's file."""
    text = (ROOT / "docs/schemas/recipe-file.schema.json").read_text(encoding="utf-8")
    return json.loads(text)


@pytest.mark.parametrize("path", sorted((ROOT / "recipes").glob("*.toml")), ids=lambda p: p.stem)
def test_every_recipe_follows_the_schema(path):
    """And so does each variant of it."""
    jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), schema())


def test_the_schema_has_every_key_and_refuses_mistakes():
    """Those that concern more than the form of a text are left to the reader."""
    from questions.recipes.reading.file import KEYS

    assert {*schema()["properties"]} == {*KEYS, "variant"}
    refused = []
    for line, _ in mistakes():
        try:
            jsonschema.validate(tomllib.loads(WHOLE + with_mistake(line)), schema())
        except jsonschema.ValidationError:
            refused.append(line)
    assert refused == [
        "speed = 3",
        "vcpus = 17",
        'gap = "5"',
        "rules = [6.18]",
        "v0 KVM_RUN",
        "w*: KVM_RUN",
        'expect."6.18".agree = "maybe"',
    ]
