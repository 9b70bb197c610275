"""Verdicts as JUnit XML."""

from xml.etree import ElementTree

from vtsc.base.errors import Exit
from vtsc.content.cells import Cell
from vtsc.deciding.verdict import Judged, Result, Status
from vtsc.report import Report
from vtsc.report.entries import Entry, entries
from vtsc.report.text.counterexample import counterexample


def report(given: Report) -> str:
    """A test case for each cell: UNKNOWN and ERROR are errors, other unwanted verdicts failures.

    A violation that is wanted passes. Each violation comes with the text of its counterexample. What a
    manifest asks besides cells are test cases, too, and a cell that is not decided is skipped.
    """
    cases = [_case(given, judged) for judged in given.verdicts]
    cases += [_other(entry) for entry in entries(given) if entry.judged is None]
    suite = ElementTree.Element("testsuite", name="vtsc", tests=str(len(cases)))
    for name in ("failure", "error"):
        number = sum(case.find(name) is not None for case in cases)
        suite.set(f"{name}s", str(number))
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    suite.set("time", _seconds(sum(v.result.seconds for v in given.verdicts)))
    suite.extend(cases)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _other(entry: Entry) -> ElementTree.Element:
    """The test case of a question, or of a cell that is not decided."""
    classname = entry.group.replace(" ", ".")
    case = ElementTree.Element("testcase", classname=classname, name=entry.name, time=_seconds(0))
    if entry.skipped:
        ElementTree.SubElement(case, "skipped", message=entry.reason)
        return case
    kind = "error" if entry.status in (Exit.UNKNOWN, Exit.INTERNAL) else "failure"
    if not entry.wanted:
        ElementTree.SubElement(case, kind, message=entry.line)
    ElementTree.SubElement(case, "system-out").text = entry.line
    return case


def _case(given: Report, judged: Judged) -> ElementTree.Element:
    result, cell = judged.result, judged.result.cell
    case = ElementTree.Element(
        "testcase",
        classname=f"{cell.design}.{cell.host}",
        name=" ".join([cell.property, *_parameters(given, cell)]),
        time=_seconds(result.seconds),
    )
    reasons = [result.reason, judged.instead]
    if judged.because and not judged.wanted:
        reasons.append(f"expected {judged.expected} because {judged.because}")
    message = f"{result.text} {'; '.join(x for x in reasons if x)}".strip()
    told = _told(given, result)
    if result.status in (Status.UNKNOWN, Status.ERROR):
        ElementTree.SubElement(case, "error", message=message).text = told or None
    elif not judged.wanted:
        ElementTree.SubElement(case, "failure", message=message).text = told or None
    ElementTree.SubElement(case, "system-out").text = f"{message}\n{told}".strip()
    return case


def _parameters(given: Report, cell: Cell) -> list[str]:
    """The parameters by which a cell differs from others of its name."""
    own = given.content.changed(cell.design, cell.property, cell.settings)
    return [f"{name}={value}" for name, value in own.items()]


def _seconds(value: float) -> str:
    return f"{value:.3f}"


def _told(given: Report, result: Result) -> str:
    """The text of a counterexample; empty where there is none."""
    if result.trace is None or result.run is None:
        return ""
    searched, doubt = result.searched, result.doubt
    return counterexample(given.content, result.trace, result.run, searched, doubt=doubt)
