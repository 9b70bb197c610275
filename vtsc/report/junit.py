"""Verdicts as JUnit XML."""

from xml.etree import ElementTree

from vtsc.content.cells import Cell
from vtsc.deciding.verdict import Status
from vtsc.report import Report
from vtsc.report.text.story import story


def _own(given: Report, cell: Cell) -> dict[str, int | str]:
    """The parameters by which a cell differs from others of its name."""
    return given.content.changed(cell.design, cell.property, cell.settings)


def report(given: Report) -> str:
    """A test case a cell: violated and vacuous fail, unknown and internal trouble are errors.

    A violation that is wanted passes. Each violation comes with its story.
    """
    suite = ElementTree.Element("testsuite", name="vtsc", tests=str(len(given.verdicts)))
    failures = errors = 0
    for judged in given.verdicts:
        result, cell = judged.result, judged.result.cell
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=f"{cell.design}.{cell.host}",
            name=" ".join([cell.property, *(f"{k}={v}" for k, v in _own(given, cell).items())]),
        )
        message = f"{result.text} {result.reason}".strip()
        told = ""
        if result.trace is not None and result.run is not None:
            told = story(given.content, result.trace, result.run)
        if result.status in (Status.UNKNOWN, Status.ERROR):
            errors += 1
            ElementTree.SubElement(case, "error", message=message)
        elif not judged.wanted:
            failures += 1
            ElementTree.SubElement(case, "failure", message=message).text = told
        ElementTree.SubElement(case, "system-out").text = f"{message}\n{told}".strip()
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suite.set("skipped", "0")
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
