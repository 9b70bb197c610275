"""The summary of a run on a page of GitHub Actions, whose file an environment variable names."""

import os
from pathlib import Path

from vtsc.report import Report, written
from vtsc.report.screen import warn

VARIABLE = "GITHUB_STEP_SUMMARY"


def append_summary(given: Report) -> None:
    """Append the report in Markdown to the file; where that is not possible, warn."""
    name = os.environ.get(VARIABLE)
    if not name:
        return
    text = written("markdown", given)
    try:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        warn(f"{VARIABLE}: {name}: {error.strerror}")
