"""A page and an SVG hold what they should, whatever the run's words are, and nothing from elsewhere."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.paths import ROOT
from tests.support.pictures import USUAL, long_trace, scene_of, scene_of_trace
from vtsc.content.loader import load
from vtsc.evidence.trace import load_trace
from vtsc.report.picture.html import html
from vtsc.report.picture.lanes import Cell
from vtsc.report.picture.scene import Change, Scene
from vtsc.report.picture.svg import svg

NAMESPACE = "{http://www.w3.org/2000/svg}"
PICTURE = ROOT / "docs" / "pictures" / "patch25-cstate-monotonic.svg"
HOSTILE = "</title></style></script><img src=x onerror=alert(1)>\" onload='x' & \x0c\x00 ]]> <!--"
OWN = '''\
"""A design of my own."""

from model.designs.patch25 import Patch25


class Mine(Patch25):
    """Patch 25/35 with an odd comment."""

    name = "mine"
    title = "my own"

    def vcpu_put(self, host, vcpu):
        """kvm_arch_vcpu_put."""
        super().vcpu_put(host, vcpu)  # {}
'''
VOID = {"meta", "link", "img", "br"}


class Page(HTMLParser):
    """The elements of a page in order, each with its attributes, its own text, and its parent."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[dict] = []
        self.open: list[dict] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        parent = self.open[-1] if self.open else None
        self.elements.append({"tag": tag, "parent": parent, "text": "", **dict(attrs)})
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_endtag(self, tag):
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data):
        if self.open:
            self.open[-1]["text"] += data

    def all(self, tag: str, kind: str = "") -> list[dict]:
        """The elements of a tag that have a class."""
        found = [e for e in self.elements if e["tag"] == tag]
        return [e for e in found if not kind or kind in (e.get("class") or "").split()]

    def within(self, element: dict, name: str) -> bool:
        """Whether an element is inside the one with an id."""
        while element is not None and element.get("id") != name:
            element = element["parent"]
        return element is not None


@pytest.fixture(scope="module")
def usual(content) -> Scene:
    """The scene of the usual run."""
    return scene_of(content)


@pytest.fixture(scope="module")
def page(usual) -> Page:
    """Its page."""
    return Page(html(usual))


def test_the_page_is_whole_and_has_a_step_for_each_column(page, usual):
    """Every element is closed; each step is a link in the lanes, a row of the table and a state."""
    assert page.open == []
    count = len(usual.moments)
    columns = page.all("a", "column")
    assert [c["href"] for c in columns] == [f"#step-{i}" for i in range(count)]
    assert all(c["aria-label"].startswith(f"step {i}, ") for i, c in enumerate(columns))
    rows = [e for e in page.all("tr") if page.within(e, "steps") and "data-step" in e]
    assert [r["data-step"] for r in rows] == [str(i) for i in range(count)]
    assert [s["id"] for s in page.all("section", "state")] == [f"step-{i}" for i in range(count)]
    assert len(page.all("g", "lane")) == len(usual.rows)


def test_links_of_the_page_lead_to_places_on_it(page):
    """Every link is to an id, ids are unique, and labels name what is there."""
    ids = [e["id"] for e in page.elements if "id" in e]
    assert len(ids) == len(set(ids))
    for element in page.elements:
        if element["tag"] == "a":
            assert element["href"][:1] == "#" and element["href"][1:] in ids
        assert element.get("aria-labelledby", ids[0]) in ids


def test_cause_and_violation_are_marked_in_words(page):
    """The columns, the rows and the line of the cause say it; colour only adds to that."""
    texts = {kind: [e["text"] for e in page.all("text", kind)] for kind in ("note",)}
    assert texts["note"] == ["cause", "violates"]
    marked = {e.get("class"): e["data-step"] for e in page.all("tr") if "data-step" in e}
    assert (marked["cause"], marked["violates"]) == ("9", "11")
    (story,) = page.all("p", "story")
    (link,) = [e for e in page.all("a", "cause") if e["parent"] is story]
    assert link["text"] == "model/designs/patch25.py:51"
    (line,) = [e for e in page.elements if e.get("id") == link["href"][1:]]
    assert set(line["class"].split()) == {"ran", "cause"}
    code, note = (e["text"] for e in page.elements if e["parent"] is line and e["tag"] != "span")
    assert (code.strip(), note) == ("if vcpu.cpu != cpu or vcpu.tsc_rebase:", "cause")
    (mark,) = page.all("polygon", "mark")
    assert mark["class"] == "mark violates"


def test_the_state_of_a_step_is_whole(page, usual):
    """Every field of every record has its value; a changed one says what it was."""
    assert sum(len(fields) for fields in usual.moments[9].state.values()) > 30
    for number, moment in enumerate(usual.moments):
        shown = [e["text"] for e in page.all("td") if page.within(e, f"step-{number}")]
        was = {(c.record, c.field): c.before for c in moment.changes}
        assert shown == [
            value if (record, field) not in was else f"{value} (was {was[record, field]})"
            for record, fields in moment.state.items()
            for field, value in fields.items()
        ]


def test_the_page_says_claim_scope_and_how_to_repeat(page):
    """As the text of the report does."""
    facts = [e["text"] for e in page.elements if page.within(e, "facts")]
    told = " ".join(facts)
    assert "on one vCPU no read is below the one before" in told
    assert "this = 0, last = 1, by = 1" in told
    assert "depth 11, integers, replayed" in told
    assert "vtsc verify patch25 --host cstate -p monotonic" in told


def test_nothing_is_loaded_from_elsewhere(content):
    """No address, no file of this machine, and a policy that allows the page's own style and script only."""
    usual = scene_of(replace(content, asked=None))  # as it is where no --root was given
    for text in (html(usual), svg(usual)):
        assert not re.search(
            r"(?:src|srcset|data|action)=|url\(|@import|://(?!www\.w3\.org)", strip(text)
        )
        assert str(ROOT) not in text and str(Path.home()) + "/" not in text
    page = Page(html(usual))
    policy = next(e["content"] for e in page.all("meta") if "http-equiv" in e)
    (style,), (script,) = page.all("style"), page.all("script")
    allowed = [
        f"'sha256-{b64encode(sha256(e['text'].encode()).digest()).decode()}'"
        for e in (style, script)
    ]
    assert policy == "default-src 'none'; style-src {}; script-src {}".format(*allowed)
    assert not [e for e in page.elements if any(name.startswith("on") for name in e)]
    assert not [e for e in page.elements if "style" in e]


def strip(text: str) -> str:
    """A page without the text of its script, in which a comment may stand."""
    return re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)


def hostile(scene: Scene) -> Scene:
    """A scene of which each word is an attempt to break out of its place."""
    cause = replace(scene.cause, sentence=f"{HOSTILE} {scene.cause.place}", text=HOSTILE)
    moments = tuple(
        replace(
            moment,
            action=HOSTILE,
            seen=moment.seen and HOSTILE,
            inputs=((HOSTILE, HOSTILE),) * len(moment.inputs[:1]),
            changes=tuple(hostile_change(c) for c in moment.changes),
            state={f"{HOSTILE}{r}": {HOSTILE: HOSTILE} for r in moment.state},
        )
        for moment in scene.moments
    )
    rows = tuple(
        replace(
            row,
            title=HOSTILE,
            unit=row.unit and HOSTILE,
            cells=tuple(c and Cell(HOSTILE + c.text, c.level, c.tone) for c in row.cells),
        )
        for row in scene.rows
    )
    listings = tuple(
        replace(one, name=HOSTILE, lines=(HOSTILE,) * len(one.lines)) for one in scene.listings
    )
    meanings = tuple(replace(m, of=HOSTILE, unit=HOSTILE, meaning=HOSTILE) for m in scene.meanings)
    facts = tuple((name, HOSTILE) for name, _ in scene.facts)
    return replace(
        scene,
        title=HOSTILE,
        cause=cause,
        moments=moments,
        rows=rows,
        facts=facts,
        listings=listings,
        meanings=meanings,
    )


def hostile_change(change: Change) -> Change:
    """A change of a hostile field."""
    record = f"{HOSTILE}{change.record}"
    return Change(record, HOSTILE, HOSTILE, HOSTILE, change.noted)


def shape(page: Page) -> set[tuple]:
    """The elements that a page has, each with its class and the names of its attributes."""
    return {
        (e["tag"], e.get("class"), *sorted(e.keys() - {"text", "parent", "tag", "class"}))
        for e in page.elements
    }


def test_no_word_of_a_run_becomes_markup(usual, page):
    """With hostile names, values and source lines the page has the same elements, and the words are text."""
    attacked = Page(html(hostile(usual)))
    assert shape(attacked) <= shape(page)
    for tag in ("html", "body", "style", "title", "meta", "section", "a", "li", "script"):
        assert len(attacked.all(tag)) == len(page.all(tag)), tag
    assert [e["text"] for e in attacked.all("script")] == [e["text"] for e in page.all("script")]
    assert not attacked.all("img")
    assert attacked.all("h1")[0]["text"] == re.sub("[\x00\x0c]", "\ufffd", HOSTILE)


def test_a_hostile_svg_is_well_formed(usual):
    """What XML cannot hold is replaced; the rest is text."""
    root = ElementTree.fromstring(svg(hostile(usual)))
    tags = {element.tag.removeprefix(NAMESPACE) for element in root.iter()}
    assert tags <= {
        *("svg", "title", "desc", "style", "rect", "text", "g", "line", "polyline", "circle"),
        "polygon",
    }
    assert "\ufffd" in (root.findtext(f"{NAMESPACE}title") or "")


@pytest.mark.slow
def test_a_source_line_of_an_own_design_stays_text(tmp_path):
    """The file of a design may say anything in a comment; the page shows it, and links to its line."""
    path = tmp_path / "mine.py"
    path.write_text(OWN.format(HOSTILE.replace("\0", "")), encoding="utf-8")
    own = load(None, str(path))
    trace = replace(load_trace(USUAL), design="mine")
    page = Page(html(scene_of_trace(own, trace)))
    assert page.open == [] and not page.all("img")
    (line,) = [e for e in page.all("code") if e["text"].lstrip().startswith("super()")]
    assert line["text"].endswith(HOSTILE.replace("\0", "").replace("\x0c", "\ufffd"))
    (link,) = [e for e in page.all("a", "ran") if e["href"] == f"#{line['parent']['id']}"]
    assert link["text"] == f"{path}:14" and page.within(link, "step-6")


def test_the_same_run_gives_the_same_bytes(content, usual):
    """Page and SVG are made twice from the file."""
    again = scene_of(content)
    assert (html(again), svg(again)) == (html(usual), svg(usual))


def test_the_svg_is_well_formed_and_speaks(usual):
    """Title and description say what the picture shows; it has a ground of its own; all lanes are there."""
    root = ElementTree.fromstring(svg(usual))
    assert root.get("role") == "img"
    labels = {e.get("id"): e.text for e in root if e.get("id")}
    assert set((root.get("aria-labelledby") or "").split()) == labels.keys()
    assert labels["title"] == "patch25 on cstate: monotonic: VIOLATED(11)"
    assert "step 9, load(0, 0) (cause): vcpu0.loaded=1; step 10" in labels["desc"]
    kinds = [e.get("class") for e in root.iter()]
    assert kinds.count("page") == 2 and kinds.count("value") == 4 and kinds.count("hit") == 12
    assert kinds.count("mark") == kinds.count("mark violates") == 1
    assert {"band cause", "band violates"} <= set(kinds)


def test_a_long_run_has_a_picture_for_each_strip(content):
    """31 steps: several pictures in the page, which a printer can break between, and 32 columns."""
    page = Page(html(scene_of_trace(content, long_trace())))
    assert len(page.all("svg")) == len(page.all("g", "titles")) > 2
    assert len(page.all("a", "column")) == 32


def test_a_run_that_reaches_something_has_no_cause(content):
    """Its last step is marked as reached, and nothing is to blame."""
    trace = load_trace(USUAL)
    trace = replace(trace, property="can_read_tsc_twice")
    drawn = scene_of_trace(content, trace)
    page = Page(html(drawn))
    assert drawn.verdict == "REACHED(11)" and drawn.cause.step is None
    assert [e["text"] for e in page.all("text", "note")] == ["reached"]
    assert not page.all("p", "blamed") and not page.all("li", "cause")


def test_the_picture_in_the_readme_is_the_tools_own(usual):
    """`make pictures` would write it, and the README shows it with a text in its place."""
    assert PICTURE.read_text(encoding="utf-8") == svg(usual)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"!\[([^\]]+)\]\(docs/pictures/patch25-cstate-monotonic\.svg\)", text)
    assert shown is not None and len(shown[1]) > 40
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"show {USUAL.relative_to(ROOT)} --svg {PICTURE.relative_to(ROOT)}" in make
