"""What the tests share: the repository's own content, and a way to decide one cell."""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.cases import decide_group
from tests.support.faults import ONE, TWO, Place
from tests.support.paths import ROOT
from vtsc.content.cells import groups
from vtsc.content.content import Content
from vtsc.content.loader import TOLD, load
from vtsc.content.turns import load_texts
from vtsc.deciding.verdict import Result
from vtsc.engines import Effort

load_texts(ROOT, TOLD)  # as whoever runs a command has them, before any test imports a design


@pytest.fixture(scope="session", autouse=True)
def no_cache_but_our_own(tmp_path_factory) -> None:
    """Tests neither read nor fill the user's cache."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session", autouse=True)
def interrupts_reach_children() -> None:
    """What a test begins obeys Ctrl-C also where a shell has put the tests into the background.

    Such a shell has its jobs ignore SIGINT, and what they begin inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def collected_between_tests() -> Iterator[None]:
    """Garbage is collected by the thread that runs the tests, at the same place each time.

    Whoever runs tests side by side has other threads, and a solver's terms must not be freed in one
    of them; and when terms are freed changes what a solver does next.
    """
    gc.disable()
    yield
    gc.collect(1)


@pytest.fixture(scope="session")
def content() -> Content:
    """The content of this checkout."""
    return load(str(ROOT))


@pytest.fixture(scope="session")
def verdict(content: Content) -> Callable[..., Result]:
    """Decide one cell: design, host, property, depth, settings; by search alone."""

    def decided(design: str, host: str, prop: str, depth: int, **settings: str) -> Result:
        (group,) = groups(content, [design], [host], [prop], settings)
        (result,) = decide_group(content, group, depth, Effort.BOUNDED)
        return result

    return decided


@pytest.fixture(scope="session")
def decided(tmp_path_factory) -> tuple[Path, str]:
    """The cache that a gate over two small cells leaves behind, and its report."""
    place = Place(tmp_path_factory.mktemp("decided"), ONE + TWO)
    status, report, _ = place.gate("-j2")
    assert status == 0
    return place.folder / "cache", report


@pytest.fixture
def whole(decided) -> str:
    """The report of a gate over two small cells in which nothing goes wrong."""
    return decided[1]
