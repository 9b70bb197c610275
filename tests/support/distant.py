"""Work for the workers of a cluster that needs no solver: items are pairs of a content and an order."""

import os
import signal
import time
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.support.faults import SMALL
from vtsc.content.content import Content
from vtsc.content.digest import digest


def unloaded(root: Path = SMALL) -> Content:
    """A content that is not loaded here: whoever gets work with it loads it."""
    nothing: Any = MappingProxyType({})
    return Content(root, nothing, nothing, (), digest(root), "", "checkout", "")


def obey(item: tuple[Content, str]) -> Any:
    """Do as ordered."""
    content, order = item
    word, _, rest = order.partition(" ")
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "grow":
        raise MemoryError
    if word == "sleep":
        Path(rest).write_text(str(os.getpid()), encoding="ascii")
        time.sleep(600)
    if word == "where":
        return content.root / "model", f"{content.root}/model/state.py", str(os.getcwd())
    return order, sorted(content.model.designs), os.getppid()
