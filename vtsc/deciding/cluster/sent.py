"""What a Dask worker hands on to its nursery. It needs no content for that, nor does the scheduler."""

from dataclasses import dataclass

SOCKET, READY = "socket", b"ready\n"


@dataclass(frozen=True)
class Sent:
    """A parcel as bytes, and the name under which its nursery is kept."""

    key: str
    data: bytes
