"""The display of progress on standard error, if that is a terminal."""

import sys
from collections.abc import Iterator


def shown(done: Iterator[int], total: int) -> Iterator[int]:
    """Yield from ``done``, the numbers of cells decided of ``total``; a terminal shows them."""
    if not total or sys.stderr is None or not sys.stderr.isatty():
        yield from done
        return
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    # without a thread of its own: workers are forked beside it
    with Progress(console=console, auto_refresh=False, transient=True) as progress:
        task = progress.add_task("cells", total=total)
        for count in done:
            progress.update(task, completed=count, refresh=True)
            yield count


def doing(text: str) -> None:
    """Show what is being done, in the place of what was shown before; empty: show nothing more."""
    if sys.stderr is not None and sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text[:60]}")
        sys.stderr.flush()
