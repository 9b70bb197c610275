"""How far the work is, on standard error, where that is a terminal."""

import sys
from collections.abc import Iterator


def shown(done: Iterator[int], total: int) -> Iterator[int]:
    """``done``, how many of ``total`` cells are decided, as it is; a terminal shows it meanwhile."""
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
