"""A scene as one page that needs no network: lanes, steps, states, source lines, claim and scope.

The page is complete without its script, which only shows one state at a time, steps by keys and follows the
mouse. Nothing of the run is in the script, and the page allows no other script than this one.
"""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

from vtsc.report.picture.cause import Cause
from vtsc.report.picture.markup import Element, add, element
from vtsc.report.picture.scene import Moment, Scene
from vtsc.report.picture.sources import Listing
from vtsc.report.picture.svg import strips

HERE = Path(__file__).parent
KEYS = (
    "Left and right arrow keys step, Home and End go to the first and the last step. "
    "Point at a step to see its whole state, select it to keep it."
)


def html(scene: Scene) -> str:
    """The page as text; the same scene gives the same bytes."""
    style = "\n".join(_file(name) for name in ("picture.css", "page.css"))
    script = _file("page.js")
    root = element("html", lang="en", class_="vtsc")
    root.append(_head(scene, style, script))
    body = add(root, "body", data_chosen=_first_shown(scene))
    body.append(_top(scene))
    main = add(body, "main")
    main.append(_lanes(scene))
    main.append(_steps(scene))
    main.append(_states(scene))
    main.append(_sources(scene))
    main.append(_facts(scene))
    main.append(_meanings(scene))
    add(body, "div", id="hover", aria_hidden="true", hidden="hidden")
    add(body, "script").text = script
    for block in root.iter():
        if block.tag in BLOCKS:
            block.tail = "\n"
    return "<!doctype html>\n" + ElementTree.tostring(root, encoding="unicode", method="html")


BLOCKS = {
    "head", "meta", "title", "style", "body", "header", "main", "section", "h1", "h2", "h3", "p",
    "table", "caption", "thead", "tbody", "tr", "svg", "g", "div", "script", "li", "ol",
}  # fmt: skip
"""Elements between which a line end changes nothing."""


def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _head(scene: Scene, style: str, script: str) -> Element:
    head = element("head")
    add(head, "meta", charset="utf-8")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    add(head, "meta", http_equiv="Content-Security-Policy", content=policy)
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "meta", name="color-scheme", content="light dark")
    add(head, "title", f"{scene.title}: {scene.verdict}")
    add(head, "style").text = style
    return head


def _hash(text: str) -> str:
    """The source that a policy allows: this very text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _first_shown(scene: Scene) -> int:
    """The step whose state is shown first: the one to blame, else the last."""
    return scene.cause.step if scene.cause.step is not None else len(scene.moments) - 1


def _anchors(scene: Scene) -> dict[tuple[str, int], str]:
    """The name of each source line on the page."""
    return {
        (listing.file, number): f"line-{at}-{number}"
        for at, listing in enumerate(scene.listings, 1)
        for number in listing.numbers
    }


def _top(scene: Scene) -> Element:
    top = element("header")
    add(top, "h1", scene.title)
    add(top, "p", scene.verdict, class_=f"verdict {scene.hit}")
    _story(add(top, "p", class_="story"), scene)
    cause = scene.cause
    if cause.step is not None:
        blamed = add(top, "p", "Step to blame: ", class_="blamed")
        action = scene.moments[cause.step].action
        add(blamed, "a", f"{cause.step}, {action}", href=f"#step-{cause.step}").tail = ""
        if cause.text:
            blamed[-1].tail = ", in the line "
            add(blamed, "code", cause.text)
    return top


def _story(parent: Element, scene: Scene) -> None:
    """The sentence, in which the place of the cause is a link to its line."""
    cause = scene.cause
    anchor = _anchor(scene, cause)
    before, place, after = cause.sentence.partition(cause.place or "\0")
    parent.text = before
    if anchor and place:
        add(parent, "a", place, href=f"#{anchor}", class_="cause").tail = after
    elif anchor and cause.place:
        parent.text = f"{cause.sentence} "
        add(parent, "a", cause.place, href=f"#{anchor}", class_="cause")


def _anchor(scene: Scene, cause: Cause) -> str | None:
    return None if cause.file is None else _anchors(scene).get((cause.file, cause.line))


def _section(name: str, heading: str) -> Element:
    section = element("section", id=name, aria_labelledby=f"{name}-heading")
    add(section, "h2", heading, id=f"{name}-heading")
    return section


def _lanes(scene: Scene) -> Element:
    section = _section("lanes", "Run")
    add(section, "p", KEYS, class_="keys")
    add(section, "div", class_="scroll").extend(strips(scene))
    return section


def _steps(scene: Scene) -> Element:
    section = _section("steps", "Steps")
    table = add(add(section, "div", class_="scroll"), "table")
    head = add(add(table, "thead"), "tr")
    for title in ("step", "action", "seen, and changed"):
        add(head, "th", title, scope="col")
    body = add(table, "tbody")
    for moment in scene.moments:
        note = scene.note(moment.number)
        row = add(body, "tr", class_=note or None, data_step=moment.number)
        link = add(row, "th", scope="row")
        add(link, "a", str(moment.number), href=f"#step-{moment.number}")
        action = add(row, "td")
        add(action, "code", moment.action)
        if note:
            add(action, "strong", note, class_=f"note {note}")
        _happened(add(row, "td"), moment)
    return section


def _happened(parent: Element, moment: Moment) -> None:
    """What was seen in a step and what it changed, with room for line breaks in between."""
    for text in moment.told:
        add(parent, "code", text).tail = " "


def _states(scene: Scene) -> Element:
    section = _section("states", "State after the step")
    anchors = _anchors(scene)
    for moment in scene.moments:
        section.append(_state(scene, moment, anchors))
    return section


def _state(scene: Scene, moment: Moment, anchors: dict[tuple[str, int], str]) -> Element:
    number, note = moment.number, scene.note(moment.number)
    panel = element("section", id=f"step-{number}", class_="state", data_step=number)
    panel.set("aria-labelledby", f"step-{number}-heading")
    heading = f"Step {number}: {moment.action}" if number else "The start"
    add(panel, "h3", f"{heading}{f' ({note})' * bool(note)}", id=f"step-{number}-heading")
    if moment.seen:
        add(panel, "p", moment.seen, class_="seen")
    if moment.inputs:
        told = ", ".join(f"{name} = {value}" for name, value in moment.inputs)
        add(panel, "p", f"Inputs: {told}")
    ran = [line for line in moment.lines if line in anchors]
    if ran:
        lines = add(panel, "p", "Lines that it ran: ", class_="lines")
        for file, line in ran:
            link = add(lines, "a", f"{file}:{line}", href=f"#{anchors[file, line]}", class_="ran")
            link.tail = " "
    _records(add(panel, "div", class_="records"), moment)
    return panel


def _records(parent: Element, moment: Moment) -> None:
    """A table for each record, a changed field marked and with the value that it had before."""
    before = {(c.record, c.field): c.before for c in moment.changes}
    for record, fields in moment.state.items():
        table = add(parent, "table")
        add(table, "caption", record)
        body = add(table, "tbody")
        for field, value in fields.items():
            was = before.get((record, field))
            row = add(body, "tr", class_=None if was is None else "changed")
            add(row, "th", field, scope="row")
            add(row, "td", value if was is None else f"{value} (was {was})")


def _sources(scene: Scene) -> Element:
    section = _section("source", "Functions of the design that ran")
    if not scene.listings:
        add(section, "p", "No line of the design ran.")
    ever = {line for moment in scene.moments for line in moment.lines}
    for at, listing in enumerate(scene.listings, 1):
        section.append(_listing(scene, at, listing, ever))
    return section


def _listing(scene: Scene, at: int, listing: Listing, ever: set[tuple[str, int]]) -> Element:
    """A function with line numbers; lines that ran in some step are told from those that did not."""
    block = element("div", class_="listing")
    name = f"{listing.file}: {listing.name}" if listing.name else listing.file
    add(block, "h3", name)
    lines = add(block, "ol", class_="scroll")
    for number, text in zip(listing.numbers, listing.lines, strict=True):
        key = (listing.file, number)
        blamed = key == (scene.cause.file, scene.cause.line)
        kinds = ["ran"] * (key in ever) + ["cause"] * blamed
        line = add(lines, "li", id=f"line-{at}-{number}", class_=" ".join(kinds) or None)
        add(line, "span", str(number), class_="number")
        add(line, "code", text)
        if blamed:
            add(line, "strong", "cause", class_="note cause")
    return block


def _facts(scene: Scene) -> Element:
    section = _section("facts", "Claim and scope")
    body = add(add(section, "table"), "tbody")
    for name, text in scene.facts:
        row = add(body, "tr")
        add(row, "th", name, scope="row")
        add(add(row, "td"), "code" if name == "again" else "span", text)
    return section


def _meanings(scene: Scene) -> Element:
    section = _section("fields", "Fields")
    table = add(add(section, "div", class_="scroll"), "table")
    head = add(add(table, "thead"), "tr")
    for title in ("field", "unit", "meaning"):
        add(head, "th", title, scope="col")
    body = add(table, "tbody")
    for meaning in scene.meanings:
        row = add(body, "tr")
        add(row, "th", f"{meaning.of}.{meaning.field}", scope="row")
        add(row, "td", meaning.unit)
        add(row, "td", meaning.meaning)
    return section
