"""What goes to the user's screen: results to standard output, warnings to standard error."""

import os
import sys
from typing import Any

WIDTH = 80


def say(what: Any) -> None:
    """Print a text as it is, or a rich renderable: plain ASCII where this is not a terminal."""
    if isinstance(what, str):
        print(what)
        return
    print(rendered(what), end="")


def rendered(what: Any) -> str:
    """A rich renderable as text, without colour off a terminal: as wide as it needs, nothing cut short."""
    from rich.console import Console
    from rich.measure import Measurement

    terminal = sys.stdout is not None and sys.stdout.isatty()
    console = Console(
        width=WIDTH,
        no_color=not terminal or bool(os.environ.get("NO_COLOR")),
        force_terminal=terminal,
        highlight=False,
        markup=False,
    )
    unlimited = console.options.update(width=sys.maxsize)
    console.width = max(WIDTH, Measurement.get(console, unlimited, what).maximum)
    with console.capture() as capture:
        console.print(what)
    lines = capture.get().splitlines()
    return "".join(line.rstrip() + "\n" for line in lines)


def warn(text: str) -> None:
    """Print a warning in one line."""
    print(f"vtsc: warning: {text}", file=sys.stderr)
