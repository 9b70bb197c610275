"""Reads the text of ``strace -f``: who made which call when. It does not show what most calls pass."""

import re
from dataclasses import dataclass, field

from questions.recipes.logs.event import Event, Log
from questions.recipes.logs.recorded import VCPU, VM
from questions.recipes.reading.calls import CALLS, ONLY_TIME
from vtsc.base.errors import BadFileError

LINE = re.compile(
    r"(?:\[pid\s+)?(?P<pid>[0-9]+)?\]?\s*(?P<time>[0-9]+\.[0-9]+)\s+"
    r"(?:ioctl\((?P<fd>[0-9]+)(?:<(?P<what>.*?)>+)?, (?P<call>[A-Z_0-9]+)(?P<rest>.*)"
    r"|<\.\.\. ioctl resumed>(?P<resumed>.*))"
)
RESULT = re.compile(r"= (?P<result>-?[0-9]+|\?)(?:<(?P<made>[^>]*)>)?(?: (?P<errno>E[A-Z]+))?")
BY_VALUE = re.compile(r", (0x[0-9a-f]+|[0-9]+)\)")
TIMES = "strace -f -ttt -yy -e trace=ioctl -o FILE VMM ..."


@dataclass
class _Files:
    """What file descriptors stand for, where ``-yy`` does not say it."""

    vms: int = 0
    roles: dict[int, tuple[str, int, int | None]] = field(default_factory=dict)

    def made(self, call: str, fd: int, result: int, argument: int | None) -> None:
        """Note what a call has made."""
        if call == "KVM_CREATE_VM":
            self.roles[result] = (VM, self.vms, None)
            self.vms += 1
        elif call == "KVM_CREATE_VCPU":
            self.roles[result] = (VCPU, self.roles.get(fd, (VM, 0, None))[1], argument)

    def role(self, fd: int, what: str | None) -> tuple[str, int, int | None] | None:
        """Whose file descriptor it is: by what was made, or else by the name that strace shows."""
        if fd in self.roles:
            return self.roles[fd]
        name = (what or "").removeprefix("anon_inode:")
        if name == "kvm-vm":
            return VM, 0, None
        number = re.fullmatch(r"kvm-vcpu:([0-9]+)", name)
        return (VCPU, 0, int(number[1])) if number else None


def read_traced(shown: str, text: str) -> Log:
    """The calls of a text; raises `BadFileError` where there is none."""
    files, begun, events = _Files(), {}, []
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.match(line)
        if match is None:
            continue
        pid, time = int(match["pid"] or 0), _ns(match["time"])
        if match["resumed"] is None:
            entry = (time, int(match["fd"]), match["what"], match["call"], number)
            rest = match["rest"]
            if rest.rstrip().endswith("<unfinished ...>"):
                begun[pid] = (entry, rest)
                continue
        elif pid in begun:
            entry, before = begun.pop(pid)
            rest = before.partition(" <unfinished")[0] + match["resumed"]
        else:
            continue
        event = _event(files, pid, entry, rest, time - entry[0])
        if event is not None:
            events.append(event)
    if not events:
        raise BadFileError(
            f"{shown}:1: no KVM call of a VM or a vCPU there; expected the text of {TIMES}"
        )
    return Log(shown, tuple(sorted(events, key=lambda each: each.time)), complete=False)


def _event(
    files: _Files, pid: int, entry: tuple[int, int, str | None, str, int], rest: str, took: int
) -> Event | None:
    """The call of one line; None for one that has nothing to do with the guest's time."""
    time, fd, what, call, line = entry
    done = RESULT.search(rest)
    result = int(done["result"]) if done and done["result"] != "?" else 0
    by_value = BY_VALUE.match(rest)
    argument = int(by_value[1], 0) if by_value else None
    if call == "KVM_CREATE_VM" and result >= 0:
        files.made(call, fd, result, None)
    role = files.role(fd, what)
    if role is None or (call not in CALLS and call not in ONLY_TIME):
        return None
    payload = None
    if call == "KVM_CREATE_VCPU":
        files.made(call, fd, result, argument)
        payload = {"id": argument}
    if call == "KVM_SET_TSC_KHZ":
        payload = {"khz": argument}
    if call == "KVM_GET_TSC_KHZ":
        payload = {"khz": result}
    error = (done["errno"] or "") if done else ""
    return Event(time, took, pid, role[0], role[1], role[2], call, payload, error, line)


def _ns(text: str) -> int:
    seconds, _, part = text.partition(".")
    return int(seconds) * 10**9 + int(part[:9].ljust(9, "0"))
