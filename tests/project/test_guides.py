"""The guides agree with the tree: links, folders, files, registries, terms."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.test_layers import ROOMS
from tests.support.paths import ROOT, texts

LINK = re.compile(r"\[[^\[\]]*\]\(([^()\s]+)\)")
FILE = re.compile(r"`([\w.-]+(?:/[\w.-]+)+|[\w-]+\.(?:md|toml))`")
PLACEHOLDER = "NAME"
COMING: set[str] = set()
"""The guides already speak of these, which are not in the tree yet."""
LEAVING: set[str] = set()
"""The guides no longer speak of these, which are still in the tree."""


def guide(name: str) -> str:
    """The text of a guide."""
    return (ROOT / name).read_text(encoding="utf-8")


def first_column(text: str) -> list[str]:
    """The first cell of each row of the tables in a text, headings left out."""
    rows = re.findall(r"^\| (.*?) \|", text, flags=re.MULTILINE)
    return [cell for cell in rows if cell not in ("folder", "term", "type", "command")]


def part(name: str, heading: str) -> str:
    """A guide from one second-level heading to the next."""
    return guide(name).split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def anchors(path: Path) -> set[str]:
    """The anchors of a Markdown file's headings."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


def broken(path: Path) -> Iterator[str]:
    """The relative links of a Markdown file that lead to no file, folder or heading."""
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        linked = path.parent / file if file else path
        if re.match(r"[a-z]+:", target):
            continue
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            yield target


def test_links_lead_somewhere():
    """Each relative link of each Markdown file leads to a file, a folder or a heading."""
    found = {p.relative_to(ROOT).as_posix(): list(broken(p)) for p in texts() if p.suffix == ".md"}
    assert {"README.md", "docs/sources.md"} <= found.keys()
    assert {name: links for name, links in found.items() if links} == {}


def test_a_broken_link_is_found(tmp_path):
    """Missing files and missing headings count; what is elsewhere or there does not."""
    text = "# A b\n[1](page#a-b) [2](page#c) [3](none) [4](#a-b) [5](https://x.org/y)\n"
    (tmp_path / "page").write_text(text)
    assert list(broken(tmp_path / "page")) == ["page#c", "none"]


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/gotchas.md"])
def test_guides_name_files_that_exist(name):
    """Each path in backticks is one below the root; placeholders aside."""
    named = {path for path in FILE.findall(guide(name)) if PLACEHOLDER not in path}
    assert named
    assert {path for path in named - COMING if not (ROOT / path).exists()} == set()


def test_what_is_coming_is_not_there_yet():
    """Whoever brings one of these in, or takes one away, takes it out of the lists above."""
    assert {name for name in COMING if (ROOT / name).exists()} == set()
    assert {name for name in LEAVING if not (ROOT / name).exists()} == set()


def test_architecture_has_every_folder_of_the_checker():
    """The folders stand in the order of the import table, each after all that it imports."""
    listed = first_column(part("ARCHITECTURE.md", "The folders of `vtsc/`"))
    assert [cell.strip("`") for cell in listed] == list(ROOMS)


def test_architecture_has_every_folder_of_the_tree():
    """Each folder at the top is in the table, and nothing else is."""
    listed = first_column(part("ARCHITECTURE.md", "The rest of the tree"))
    named = {name for cell in listed for name in re.findall(r"`([^`]+)`", cell)} | {"vtsc"}
    there = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    assert named - COMING == there - LEAVING - {"build", "dist"}


@pytest.mark.parametrize(
    ("file", "registry"),
    [
        ("model/designs/__init__.py", "CLASSES"),
        ("properties/__init__.py", "PROPERTIES"),
        ("model/host/contracts.py", "CONTRACTS"),
        ("vtsc/engines/__init__.py", "ENGINES"),
    ],
)
def test_contributing_names_the_registries(file, registry):
    """Where the guide sends a contributor, the registry is defined, as a literal of the module."""
    assert f"`{registry}`" in guide("CONTRIBUTING.md")
    assert f"`{file}`" in guide("CONTRIBUTING.md")
    assert re.search(rf"^{registry}\b.* = ", guide(file), flags=re.MULTILINE)


def test_architecture_places_the_data_types():
    """Each of the five types is a class of the folder that the table names."""
    types = part("ARCHITECTURE.md", "Five data types")
    placed = re.findall(r"^\| `(.*)` \| `(vtsc/\w+)` \|", types, flags=re.MULTILINE)
    assert len(placed) == 5
    for names, folder in placed:
        code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / folder).rglob("*.py"))
        for name in names.split("`, `"):
            assert re.search(rf"^class {name}\b", code, flags=re.MULTILINE), name


def test_architecture_is_two_pages():
    """About sixty lines of prose a page, the picture aside."""
    text = re.sub(r"```.*?```", "", guide("ARCHITECTURE.md"), flags=re.DOTALL)
    assert len(text.splitlines()) <= 120
    assert len(text.split()) <= 1000


@pytest.mark.parametrize("heading", [None, "Words of the kernel"])
def test_the_glossary_is_in_order(heading):
    """A term is found where one looks for it, once."""
    text = guide("docs/glossary.md")
    before, after = text.split("\n## Words of the kernel\n")
    terms = first_column(after if heading else before)
    assert len(terms) > 10
    assert terms == sorted(set(terms), key=str.lower)


def test_the_solver_of_the_gotchas_is_the_pinned_one():
    """What was measured with another version has to be read again."""
    pins = tomllib.loads(guide("pyproject.toml"))["project"]["dependencies"]
    (pin,) = (p for p in pins if p.startswith("z3-solver=="))
    version = ".".join(pin.removeprefix("z3-solver==").split(".")[:2])
    assert f"z3-solver {version};" in guide("docs/gotchas.md")
