"""The executors that a command line can name."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec

from vtsc.base.errors import UsageError
from vtsc.base.parallel import Executor, Local

LOCAL, DASK = "local", "dask://"
ACCEPTED = f"{LOCAL} or {DASK}HOST:PORT"


def executor(name: str, jobs: int, engines: Sequence[str] = ()) -> Executor:
    """The executor of that name; ``jobs`` are the processes of the local one. Raises `UsageError`.

    ``engines``: engines of plug-ins that are asked for, which other machines do not have.
    """
    if name == LOCAL:
        return Local(jobs)
    if engines:
        raise UsageError(
            f"--engine {engines[0]}: not with --executor, whose workers have no plug-ins"
        )
    for scheme, make in SCHEMES.items():
        if name.startswith(scheme):
            return make(name.removeprefix(scheme))
    raise UsageError(f"--executor {name}: expected {ACCEPTED}")


def _dask(address: str) -> Executor:
    host, colon, port = address.rpartition(":")
    try:
        is_port = 0 < int(port) < 1 << 16
    except ValueError:
        is_port = False
    if not (host and colon and is_port):
        raise UsageError(f"--executor {DASK}{address}: expected {ACCEPTED}")
    if find_spec("distributed") is None:
        raise UsageError(f"--executor {DASK}{address} needs Dask: install vtsc[dask]")
    from vtsc.deciding.cluster.client import Dask

    return Dask(address)


SCHEMES: dict[str, Callable[[str], Executor]] = {DASK: _dask}
"""Where work can be done beside this machine, by the beginning of the name."""
