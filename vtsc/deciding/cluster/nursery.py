"""A process that has loaded the solver and a content, and forks a child for each piece of work.

A child that runs out of memory, or is killed, costs that piece of work and nothing else. The parcel comes on
standard input; once that is closed, the process ends with its children and removes its folder. Pieces of work
come as connections to a socket in that folder, one each; where its other end is closed, the child is ended.
"""

import importlib
import os
import pickle
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

from vtsc.base.parallel import Lost, Workers
from vtsc.content.content import Content
from vtsc.content.loader import load, with_designs
from vtsc.deciding.cluster.carried import read, written
from vtsc.deciding.cluster.parcel import Own, Parcel, unpack
from vtsc.deciding.cluster.sent import READY, SOCKET


def work(content: Content, folder: Path, data: bytes) -> bytes | Lost:
    """Do a piece of work, in a child."""
    own, asked, digest, work_data = pickle.loads(data)
    content = replace(_with_files(content, folder, own), asked=asked)
    if content.digest != digest:
        return Lost("the content changed on its way: it is not the one that was loaded")
    run, item = read(work_data, content)
    return written(run(item), content)[0]


def _with_files(content: Content, folder: Path, files: Sequence[Own]) -> Content:
    """The content with designs in files of their own, under the names that the user gave them."""
    for own in files:
        if not own.other:
            loaded = load(str(content.root), str(_laid(folder, own)), beside=True)
            assert loaded.own is not None
            content = replace(loaded, own=replace(loaded.own, asked=own.asked))
    others = [own for own in files if own.other]
    if others:
        content = with_designs(content, [str(_laid(folder, own)) for own in others])
        named = zip(content.others, others, strict=True)
        content = replace(content, others=tuple(replace(d, asked=own.asked) for d, own in named))
    return content


def _laid(folder: Path, own: Own) -> Path:
    """Write the file of a design into a folder of its own."""
    path = Path(tempfile.mkdtemp(dir=folder)) / Path(own.asked).name
    path.write_bytes(own.text)
    return path


class Nursery:
    """The children at work, each with the connection that its work came by."""

    def __init__(self, content: Content, folder: Path, workers: Workers) -> None:
        self._work = partial(work, content, folder)
        self._workers = workers
        self._children: dict[Connection, Connection] = {}
        """For each reader of a result the connection."""

    def serve(self, listener: Listener, socket: Any) -> None:
        """Serve until standard input is closed."""
        while True:
            others = [socket, sys.stdin, *self._children.values()]
            for ready in self._workers.ready(others):
                if ready is sys.stdin:
                    return
                if ready is socket:
                    self._begin(listener.accept())
                elif ready in self._children:
                    self._answer(ready, self._children.pop(ready))
                else:
                    self._not_wanted(ready)

    def _begin(self, connection: Connection) -> None:
        try:
            reader = self._workers.begin(self._work, connection.recv_bytes())
        except EOFError:
            connection.close()
        except OSError as error:
            _send(connection, Lost(f"no process can be begun for it: {error.strerror}"))
        else:
            self._children[reader] = connection

    def _answer(self, reader: Connection, connection: Connection) -> None:
        try:
            result = self._workers.result(reader)
        except RuntimeError as error:
            result = error
        _send(connection, result)

    def _not_wanted(self, connection: Connection) -> None:
        for reader in [r for r, other in self._children.items() if other is connection]:
            del self._children[reader]
            self._workers.end(reader)
        connection.close()


def _send(connection: Connection, result: Any) -> None:
    """Send a result; nobody may want it any more."""
    try:
        connection.send(result)
    except OSError:
        pass
    finally:
        connection.close()


def main(folder: Path) -> None:
    """Load what the parcel says, say so, and serve; what a content prints goes to standard error."""
    said = os.dup(1)
    os.dup2(2, 1)
    parcel: Parcel = pickle.load(sys.stdin.buffer)
    root = folder / "root"
    unpack(parcel.archive, root)
    for module in parcel.modules:
        importlib.import_module(module)
    content = load(str(root))
    with Listener(str(folder / SOCKET), family="AF_UNIX") as listener, Workers() as workers:
        socket = listener._listener._socket  # type: ignore[attr-defined]
        os.write(said, READY)
        os.close(said)
        Nursery(content, folder, workers).serve(listener, socket)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        main(Path(sys.argv[1]))
    finally:
        shutil.rmtree(sys.argv[1], ignore_errors=True)
