"""``vtsc recipe``: verdicts beside expectations, exit statuses, text, JSON and JUnit, and saved evidence."""

import json
import re
from xml.etree import ElementTree

import jsonschema
import pytest

from questions.recipes.command import chosen
from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError, UsageError
from vtsc.cli import main
from vtsc.commands.certify import found as certificates
from vtsc.solver.solve import solve

ZERO = """\
title = "a reset by 0"
mirrors = "reset() of a VMM of the tests' own"
guest = {{ uptime = "38s" }}
rules = ["4.11", "6.18"]
want = {{ write_lands = "1s" }}
reset = ["each v: KVM_SET_MSRS TSC={value}", "v*: KVM_RUN"]
{expect}
"""
EXPECT = '[expect]\n"4.11" = {{ write_lands = "{0}" }}\n"6.18" = {{ write_lands = "{1}" }}\n'
SLOW = """\
title = "two vCPUs, restored slowly"
rules = ["6.18"]
want = { offsets_equal = true }
save = ["v*: pause", "each v: KVM_GET_MSRS TSC"]
restore = ["v*: KVM_CREATE_VCPU", "v0: KVM_SET_MSRS TSC=saved", "v1: wait slow; KVM_SET_MSRS TSC=saved"]
delays = { slow = "0..3s" }
elapsed = { default = "0" }
guest = { uptime = "500s" }
gap = "1s"
"""


@pytest.fixture
def ask(tmp_path, capsys, monkeypatch):
    """Decide a recipe with that text; the exit status and what is printed."""
    monkeypatch.chdir(ROOT)

    def asked(text, *options):
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        status = main(["recipe", str(path), "-j", "1", *options])
        return status, capsys.readouterr().out

    return asked


@pytest.mark.parametrize(
    ("value", "expect", "status"),
    [
        (0, EXPECT.format("holds", "fails"), 0),
        (0, EXPECT.format("holds", "holds"), 10),
        (0, EXPECT.format("fails", "fails"), 12),
        (0, "", 10),
        (1, "", 0),
        (1, EXPECT.format("holds", "depends: x <= 1s"), 12),
    ],
)
def test_exit_status(ask, value, expect, status):
    """0 as expected, 10 for a failure that is not, 12 for one that is not found."""
    assert ask(ZERO.format(value=value, expect=expect))[0] == status


def test_a_failure_is_explained(ask):
    """The rule that decided, the line, the code that is mirrored, what was assumed, and what helps."""
    status, out = ask(ZERO.format(value=0, expect=""))
    assert status == 10
    assert "write_lands  HOLDS        FAILS" in out
    assert "mirrors: reset() of a VMM of the tests' own" in out
    assert "not given, so assumed: 0..50ms before each call" in out
    assert "a write of 0 always matches" in out
    assert "    - line 6: write TSC=1, since a write of 0 always matches\n" in out
    assert out.splitlines()[-1] == "recipe: 1 holds, 1 fails; 1 as wanted, 1 not"
    assert max(map(len, out.splitlines())) <= 80


def test_a_condition_has_a_threshold_and_a_run_on_each_side(ask):
    """One delay decides, to the nanosecond; a condition that is expected is compared."""
    status, out = ask(SLOW)
    assert status == 10
    assert "holds if and only if slow <= 999999999ns" in out
    assert "threshold: slow = 999999999ns" in out
    assert "holds, for example, with" in out and "fails, for example, with slow = 1s" in out
    expect = '[expect]\n"6.18" = { offsets_equal = "depends: slow <= %s" }\n'
    assert ask(SLOW + expect % "999999999ns")[0] == 0
    assert ask(SLOW + expect % "1s")[0] == 10


def test_json_and_saved_evidence(ask, tmp_path):
    """The document follows the schema, and the saved proofs are found again by a fresh solver."""
    schema = json.loads((ROOT / "docs/schemas/recipe.schema.json").read_text(encoding="utf-8"))
    status, out = ask(SLOW, "--format", "json", "--save", str(tmp_path / "saved"))
    document = json.loads(out)
    jsonschema.validate(document, schema)
    (result,) = document["results"]
    assert status == 10 and result["result"] == "depends" and not result["wanted"]
    assert result["threshold"] == {"delay": "slow", "relation": "<=", "ns": 999_999_999}
    assert result["failing"]["delays"]["slow"] == 10**9
    proofs = {path.name: path.read_text() for path in (tmp_path / "saved").glob("*.smt2")}
    assert len(proofs) == 2
    solve(proofs)
    run = json.loads((tmp_path / "saved/mine.6.18.offsets_equal.json").read_text())
    jsonschema.validate(run, schema)
    with pytest.raises(BadFileError, match="no certificate there that can be checked: 2 questions"):
        certificates(tmp_path / "saved", "saved")


def test_junit(ask):
    """A case for each answer; what is not as expected is a failure, with the whole text."""
    _, out = ask(ZERO.format(value=0, expect=""), "--format", "junit")
    suite = ElementTree.fromstring(out)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    cases = {case.get("name"): case.find("failure") for case in suite}
    assert cases["write_lands 4.11"] is None
    assert "a write of 0 always matches" in cases["write_lands 6.18"].text


def test_options(ask):
    """Another rule set, one property, another number of vCPUs."""
    assert ask(ZERO.format(value=0, expect=""), "--rules", "4.11")[0] == 0
    assert ask(ZERO.format(value=0, expect=""), "--rules", "6.18-RZ")[0] == 0
    expect = '[expect]\n"6.18" = { offsets_equal = "fails" }\n'
    status, out = ask(SLOW + expect, "--set", "vcpus=4", "--format", "json")
    (found,) = json.loads(out)["results"]
    assert status == 10 and found["vcpus"] == 4 and found["expected"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "no recipe nothing: "),
        (["qemu-reset/v1"], "recipes/qemu-reset.toml has no variant v1: known: v6.2, v7.0"),
        (["qemu-reset", "--rules", "2.6"], "rules 2.6: no kernel 2.6: accepted are 4.11"),
        (["qemu-reset", "-p", "speed"], "no property speed: "),
        (["qemu-reset", "-p", "timers"], "no recipe wants timers"),
        (["qemu-reset", "--set", "vcpus=17"], "--set vcpus=17: expected a number from 1 to 16"),
        (["qemu-reset", "--from-log", "x"], "--from-log: expected one log"),
    ],
)
def test_usage(arguments, message, capsys, monkeypatch):
    """One line, and status 2."""
    monkeypatch.chdir(ROOT)
    assert main(["recipe", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"vtsc: {message}")


def test_a_bad_file_is_told_with_its_line(ask, capsys, monkeypatch):
    """Status 3, and nothing is decided."""
    status, out = ask("title = 3\n")
    assert status == 3 and not out
    monkeypatch.chdir(ROOT)
    assert main(["recipe", "absent.toml"]) == 3
    assert capsys.readouterr().err == "vtsc: absent.toml: there is no such file\n"
    assert main(["recipe", "README.md"]) == 3
    expected = "vtsc: README.md: expected a file whose name ends in .toml\n"
    assert capsys.readouterr().err == expected


def test_a_log_becomes_a_recipe_that_can_be_decided(tmp_path, capsys, monkeypatch):
    """The recorded delays are fixed, so there is one run, and each verdict holds or fails."""
    monkeypatch.chdir(ROOT)
    log, made = ROOT / "tests/recorder/saved-and-restored.jsonl", tmp_path / "made.toml"
    assert main(["recipe", "--from-log", str(log), "-o", str(made)]) == 0
    assert main(["recipe", str(made), "--format", "json", "-j", "1"]) == 10
    found = {r["property"]: r["result"] for r in json.loads(capsys.readouterr().out)["results"]}
    assert found == {"offsets_equal": "holds", "master_clock": "holds", "calls_succeed": "fails"}


def test_every_recipe_has_a_source_and_expects_something():
    """Each variant says what it mirrors, where it is from, and what each verdict is to be."""
    for text in chosen(ROOT, []):
        assert text.mirrors and text.source, text.name
        wanted = {
            name for name, limit in text.want.items() if name != "pause" and limit is not False
        }
        found = {rules: {*expected} for rules, expected in text.expect.items()}
        assert found == dict.fromkeys(text.rules, wanted), text.name


def test_every_case_has_its_recipes():
    """R01 to R18 are named, and each recipe has at least one."""
    named = []
    for path in sorted((ROOT / "recipes").glob("*.toml")):
        first = path.read_text(encoding="utf-8").partition(":")[0]
        cases = re.findall(r"R[0-9]{2}", first)
        assert cases, path
        named += cases
    assert {*named} == {f"R{n:02}" for n in range(1, 19)}


def test_an_unknown_recipe_is_near_a_known_one():
    """The message has names that are like it."""
    with pytest.raises(UsageError, match=r"did you mean .*qemu-reset"):
        chosen(ROOT, ["qemu-resets"])


@pytest.mark.hours
@pytest.mark.slow
def test_every_recipe_is_as_expected(capsys, monkeypatch):
    """All recipes, before and after, under all their rule sets."""
    monkeypatch.chdir(ROOT)
    status = main(["recipe"])
    assert capsys.readouterr().out.splitlines()[-1].endswith(" as wanted, 0 not")
    assert status == 0


def readme() -> str:
    """The README's section for authors of VMMs."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.split("## If you write a VMM\n")[1].split("\n## ")[0]


def test_the_readme_shows_the_example():
    """The recipe that is shown is the file that is decided."""
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", readme(), flags=re.M | re.S)
    assert shown == (ROOT / "examples/vmm_restore.toml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_readme_shows_what_is_printed(tmp_path, capsys, monkeypatch):
    """Each command and its output; the one for CI writes its report."""
    monkeypatch.chdir(ROOT)
    pairs = re.findall(
        r"^```\n\.venv/bin/vtsc ([^\n]*)\n```\n(?:\n```\n(.*?)^```$)?", readme(), flags=re.M | re.S
    )
    statuses = []
    for command, shown in pairs:
        arguments = command.replace("build/recipes.xml", str(tmp_path / "recipes.xml")).split()
        statuses.append(main([*arguments, "-j", "1"]))
        assert capsys.readouterr().out == shown
    assert statuses == [10, 0, 0]
    assert len(ElementTree.parse(tmp_path / "recipes.xml").getroot()) == 24


@pytest.fixture
def gate(tmp_path, capsys, monkeypatch):
    """Decide a manifest that has one table ``recipe``; the status, what is printed, and the error."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def decided(table, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        manifest = tmp_path / "checks.toml"
        manifest.write_text(f"[[recipe]]\n{table}\n", encoding="utf-8")
        status = main(["gate", str(manifest), "-j", "1", "--save", str(tmp_path / "reports")])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return decided


def test_recipes_in_the_gate(gate, tmp_path):
    """Each variant under each rule set is a question; an unexpected verdict decides the exit status."""
    assert gate('name = "qemu-p*"')[:1] == (0,)
    assert len(list((tmp_path / "reports").glob("recipe.qemu-parked-*"))) == 4
    good = ZERO.format(value=0, expect=EXPECT.format("holds", "fails"))
    bad = ZERO.format(value=0, expect=EXPECT.format("holds", "holds"))
    assert gate('file = "good.toml"', good=good)[0] == 0
    status, out, _ = gate('file = "bad.toml"', bad=bad)
    assert status == 10 and "write_lands fails" in out and "expected: write_lands holds" in out


def test_mistakes_in_the_gate(gate):
    """A recipe that expects nothing, and names of none."""
    status, _, error = gate('file = "open.toml"', open=ZERO.format(value=0, expect=""))
    assert status == 3 and "checks.toml:1: open: nothing is expected under 4.11" in error
    free = ZERO.replace('rules = ["4.11", "6.18"]\n', "")
    status, _, error = gate('file = "free.toml"', free=free.format(value=0, expect=""))
    assert status == 3 and 'under 6.18: write [expect."6.18"] into' in error
    depends = EXPECT.format("fails", "depends")
    status, out, _ = gate('file = "free.toml"', free=free.format(value=0, expect=depends))
    assert status == 10 and "write_lands" in out
    assert "no recipe qemu: did you mean" in gate('name = "qemu"')[2]
    assert "there is no recipe" in gate('file = "absent.toml"')[2]
    assert "name is missing" in gate("")[2]


def test_the_main_job_decides_every_recipe():
    """The manifest of the root names them all."""
    assert '[[recipe]]\nname = "all"\n' in (ROOT / "checks.toml").read_text(encoding="utf-8")


RECORDED = """\
title = "the delays that were recorded of QEMU 7.2"
vcpus = 1
guest = {{ uptime = "1644501296us" }}
want = {{ agree = "{limit}" }}
save = ["v0: pause; KVM_GET_MSRS TSC", "vm: wait 109us; KVM_GET_CLOCK"]
gap = "5222849us"
restore = [
  "v0: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=saved",
  "vm: wait 2801509us; KVM_SET_CLOCK clock=saved flags=0",
  "v0: KVM_RUN",
]
elapsed = {{ default = "0" }}
"""


def test_a_recorded_migration_leaves_the_clocks_apart_by_what_was_computed(ask):
    """The TSC is 2.8014 s ahead: time from its write to that of the clock, less that between the reads."""
    assert ask(RECORDED.format(limit="2801400us"))[0] == 0
    assert ask(RECORDED.format(limit="2801399999ns"))[0] == 10


@pytest.mark.slow
@pytest.mark.parametrize("vcpus", [2, 4, 16])
@pytest.mark.parametrize("name", ["firecracker-restore/quick", "cloud-hypervisor-restore/v53"])
def test_fixed_orders_hold_for_more_vcpus(vcpus, name, capsys, monkeypatch):
    """Up to the 16 that a recipe may have."""
    monkeypatch.chdir(ROOT)
    assert main(["recipe", name, "--set", f"vcpus={vcpus}", "--rules", "6.18", "-j", "1"]) == 0
