"""The KVM of this host, by its ioctls, and guest programs of a few instructions in real mode.

Nothing here changes the host: no module parameter, no clock source, no host TSC. A VM has 64 KiB of memory.
"""

import ctypes
import fcntl
import mmap
import os
import platform
import struct
import time
from collections.abc import Callable
from contextlib import suppress

from conformance.live.device import Clock, Lapic, Page, Refused, Unusable

API_VERSION = 12
GET_API_VERSION, CREATE_VM, CHECK_EXTENSION, GET_MMAP_SIZE = 0xAE00, 0xAE01, 0xAE03, 0xAE04
GET_SUPPORTED_CPUID, SET_CPUID2 = 0xC008AE05, 0x4008AE90
CREATE_VCPU, SET_MEMORY, SET_TSS_ADDR = 0xAE41, 0x4020AE46, 0xAE47
RUN, SET_REGS, GET_SREGS, SET_SREGS = 0xAE80, 0x4090AE82, 0x8138AE83, 0x4138AE84
GET_MSRS, SET_MSRS = 0xC008AE88, 0x4008AE89
SET_CLOCK, GET_CLOCK = 0x4030AE7B, 0x8030AE7C
SET_KHZ, GET_KHZ, CLOCK_CTRL = 0xAEA2, 0xAEA3, 0xAEAD
SET_ATTR, GET_ATTR = 0x4018AEE1, 0x4018AEE2
CREATE_IRQCHIP, SET_MP_STATE = 0xAE60, 0x4004AE99
GET_LAPIC, SET_LAPIC, LAPIC_SIZE = 0x8400AE8E, 0x4400AE8F, 1024
SPURIOUS, TIMER, IRR = 0xF0, 0x320, 0x200
"""Where a local APIC's page has its spurious vector, its timer's entry, and the interrupts that wait."""
ENABLED, DEADLINE_MODE, MASKED, VECTOR = 0x100, 0x40000, 0x10000, 0xEF
CPUID_FEATURES, TSC_DEADLINE = 1, 1 << 24
SREGS_SIZE = 0x138
SEGMENTS = 8
"""cs, ds, es, fs, gs, ss, tr, ldt: 24 bytes each; base, limit and selector come first."""
MEMORY = 1 << 16
CODE, DATA, PAGES = 0x1000, 0x2000, 0x8000
"""Where programs, their results, and kvmclock pages are in the guest's memory."""
EXIT_IO, EXIT_HLT = 2, 5
HLT, OUT = b"\xf4", b"\xe6\x80"
"""How a program ends: with a local APIC in the kernel, hlt does not leave it, but out to a port does."""
RDTSC = bytes.fromhex("0f3148c1e2204809d0c3")
"""rdtsc; shl rdx, 32; or rax, rdx; ret."""
TSS = 0x7FFBD000
MOST_CPUID = 256
_IRR_AT, _IRR_BIT = IRR + VECTOR // 32 * 16, 1 << VECTOR % 32


class Kvm:
    """/dev/kvm; raises `Unusable` where there is none that can be used."""

    def __init__(self, path: str = "/dev/kvm") -> None:
        if platform.machine() not in ("x86_64", "AMD64"):
            raise Unusable(f"this host is no x86, but {platform.machine()}")
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise Unusable(f"{path}: {error.strerror}") from None
        try:
            if fcntl.ioctl(self._fd, GET_API_VERSION, 0) != API_VERSION:
                raise Unusable(f"{path}: not version {API_VERSION} of KVM's interface")
        except OSError as error:
            raise Unusable(f"{path}: {error.strerror}") from None
        self.tsc = _reader()
        self.mmap_size = fcntl.ioctl(self._fd, GET_MMAP_SIZE, 0)
        self.cpuid = self._cpuid()

    def raw_ns(self) -> int:
        """CLOCK_MONOTONIC_RAW now."""
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)

    def wall_ns(self) -> int:
        """CLOCK_REALTIME now."""
        return time.time_ns()

    def sleep(self, ns: int) -> None:
        """Wait so long, or a little longer."""
        time.sleep(ns / 10**9)

    def capability(self, number: int) -> int:
        """KVM_CHECK_EXTENSION."""
        return fcntl.ioctl(self._fd, CHECK_EXTENSION, number)

    def create_vm(self, lapic: bool = False) -> "Vm":
        """KVM_CREATE_VM; raises `Unusable` where that fails."""
        try:
            return Vm(self, fcntl.ioctl(self._fd, CREATE_VM, 0), lapic)
        except OSError as error:
            raise Unusable(f"KVM_CREATE_VM: {error.strerror}") from None

    def close(self) -> None:
        """Give up the device."""
        os.close(self._fd)

    def _cpuid(self) -> bytes:
        """What KVM can offer to a guest: without it, some MSRs are ignored."""
        room = bytearray(struct.pack("<II", MOST_CPUID, 0) + bytes(40 * MOST_CPUID))
        with suppress(OSError):
            fcntl.ioctl(self._fd, GET_SUPPORTED_CPUID, room)
            return _with_deadlines(room)
        return struct.pack("<II", 0, 0)


def _with_deadlines(room: bytearray) -> bytes:
    """The entries that there are; the guest is told of TSC deadlines, which old kernels leave out."""
    count = struct.unpack_from("<I", room)[0]
    for at in range(8, 8 + 40 * count, 40):
        if struct.unpack_from("<I", room, at)[0] == CPUID_FEATURES:
            features = struct.unpack_from("<I", room, at + 20)[0]
            struct.pack_into("<I", room, at + 20, features | TSC_DEADLINE)
    return bytes(room[: 8 + 40 * count])


def _reader() -> Callable[[], int]:
    """A function that reads the host's TSC; raises `Unusable` where memory cannot be executed."""
    try:
        memory = mmap.mmap(
            -1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        )
    except OSError as error:
        raise Unusable(f"executable memory, to read the TSC: {error.strerror}") from None
    memory.write(RDTSC)
    held = (ctypes.c_char * len(RDTSC)).from_buffer(memory)
    call = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(held))

    def read() -> int:
        assert held is not None  # keeps the memory
        return int(call())

    return read


class Vm:
    """A VM of /dev/kvm with 64 KiB of memory."""

    def __init__(self, kvm: Kvm, fd: int, lapic: bool = False) -> None:
        self._kvm, self._fd, self._lapic = kvm, fd, lapic
        self._vcpus: list[tuple[int, mmap.mmap]] = []
        self._memory = mmap.mmap(-1, MEMORY)
        self._held = (ctypes.c_char * MEMORY).from_buffer(self._memory)
        with suppress(OSError):
            fcntl.ioctl(fd, SET_TSS_ADDR, TSS)
        if lapic:
            _plain(fd, CREATE_IRQCHIP, 0)
        address = ctypes.addressof(self._held)
        _call(fd, SET_MEMORY, struct.pack("<IIQQQ", 0, 0, 0, MEMORY, address))

    def create_vcpu(self) -> int:
        """KVM_CREATE_VCPU; the number of the new one."""
        number = len(self._vcpus)
        fd = _plain(self._fd, CREATE_VCPU, number)
        self._vcpus.append((fd, mmap.mmap(fd, self._kvm.mmap_size)))
        with suppress(Refused):
            _call(fd, SET_CPUID2, self._kvm.cpuid)
        sregs = bytearray(_call(fd, GET_SREGS, bytes(SREGS_SIZE)))
        for segment in range(SEGMENTS - 2):
            struct.pack_into("<QIH", sregs, 24 * segment, 0, 0xFFFF, 0)
        _call(fd, SET_SREGS, bytes(sregs))
        if self._lapic:
            _call(fd, SET_MP_STATE, bytes(4))  # runnable, as vCPU 0 is
        return number

    def set_msr(self, vcpu: int, index: int, value: int) -> None:
        """KVM_SET_MSRS of one MSR."""
        told = struct.pack("<IIIIQ", 1, 0, index, 0, value)
        if _given(self._vcpus[vcpu][0], SET_MSRS, told)[0] != 1:
            raise Refused(0)

    def get_msr(self, vcpu: int, index: int) -> int:
        """KVM_GET_MSRS of one MSR."""
        asked = struct.pack("<IIIIQ", 1, 0, index, 0, 0)
        done, found = _given(self._vcpus[vcpu][0], GET_MSRS, asked)
        if done != 1:
            raise Refused(0)
        return int(struct.unpack("<IIIIQ", found)[4])

    def set_offset(self, vcpu: int, offset: int) -> None:
        """KVM_SET_DEVICE_ATTR of KVM_VCPU_TSC_OFFSET."""
        self._attribute(vcpu, SET_ATTR, offset)

    def get_offset(self, vcpu: int) -> int:
        """KVM_GET_DEVICE_ATTR of KVM_VCPU_TSC_OFFSET."""
        return self._attribute(vcpu, GET_ATTR, 0)

    def _attribute(self, vcpu: int, request: int, value: int) -> int:
        place = ctypes.c_uint64(value)
        _call(self._vcpus[vcpu][0], request, struct.pack("<IIQQ", 0, 0, 0, ctypes.addressof(place)))
        return int(place.value)

    def set_khz(self, vcpu: int, khz: int) -> None:
        """KVM_SET_TSC_KHZ of a vCPU."""
        _plain(self._vcpus[vcpu][0], SET_KHZ, khz)

    def get_khz(self, vcpu: int) -> int:
        """KVM_GET_TSC_KHZ of a vCPU."""
        return _plain(self._vcpus[vcpu][0], GET_KHZ, 0)

    def set_clock(self, clock: int, flags: int, realtime: int) -> None:
        """KVM_SET_CLOCK."""
        _call(self._fd, SET_CLOCK, struct.pack("<QIIQQ16x", clock, flags, 0, realtime, 0))

    def get_clock(self) -> Clock:
        """KVM_GET_CLOCK."""
        clock, flags, _, realtime, host = struct.unpack(
            "<QIIQQ16x", _call(self._fd, GET_CLOCK, bytes(48))
        )
        return Clock(clock, flags, realtime, host)

    def stop_clock(self, vcpu: int) -> None:
        """KVM_KVMCLOCK_CTRL."""
        _plain(self._vcpus[vcpu][0], CLOCK_CTRL, 0)

    def stop_clock_of_vm(self) -> None:
        """KVM_KVMCLOCK_CTRL on the VM's file descriptor, where it does not belong."""
        _plain(self._fd, CLOCK_CTRL, 0)

    def get_lapic(self, vcpu: int) -> Lapic:
        """KVM_GET_LAPIC."""
        page = _call(self._vcpus[vcpu][0], GET_LAPIC, bytes(LAPIC_SIZE))
        timer, waiting = (struct.unpack_from("<I", page, at)[0] for at in (TIMER, _IRR_AT))
        return Lapic(bool(timer & DEADLINE_MODE), bool(waiting & _IRR_BIT))

    def set_lapic(self, vcpu: int, lapic: Lapic) -> None:
        """KVM_SET_LAPIC of what KVM_GET_LAPIC returns now, with these changes, and enabled."""
        page = bytearray(_call(self._vcpus[vcpu][0], GET_LAPIC, bytes(LAPIC_SIZE)))
        spurious, waiting = (struct.unpack_from("<I", page, at)[0] for at in (SPURIOUS, _IRR_AT))
        struct.pack_into("<I", page, SPURIOUS, spurious | ENABLED)
        struct.pack_into(
            "<I", page, TIMER, VECTOR | (DEADLINE_MODE if lapic.deadline_mode else MASKED)
        )
        struct.pack_into("<I", page, _IRR_AT, waiting & ~_IRR_BIT | lapic.irr * _IRR_BIT)
        _call(self._vcpus[vcpu][0], SET_LAPIC, bytes(page))

    def run(self, vcpu: int) -> int:
        """Run: rdtsc; store eax and edx at ``DATA``; end."""
        at = DATA + 16 * vcpu
        store = struct.pack("<2sH3sH", b"\x66\xa3", at, b"\x66\x89\x16", at + 4)
        self._run(vcpu, b"\x0f\x31" + store)
        return int(struct.unpack_from("<Q", self._memory, at)[0])

    def guest_writes(self, vcpu: int, index: int, value: int) -> None:
        """Run: mov ecx, index; mov eax, low; mov edx, high; wrmsr; end."""
        low, high = value & 0xFFFFFFFF, value >> 32
        load = struct.pack("<2sI2sI2sI", b"\x66\xb9", index, b"\x66\xb8", low, b"\x66\xba", high)
        self._run(vcpu, load + b"\x0f\x30")

    def _run(self, vcpu: int, program: bytes) -> None:
        fd, run = self._vcpus[vcpu]
        at = CODE + 0x100 * vcpu
        end, wanted = (OUT, EXIT_IO) if self._lapic else (HLT, EXIT_HLT)
        program += end
        self._memory[at : at + len(program)] = program
        _call(fd, SET_REGS, struct.pack("<16QQQ", *[0] * 16, at, 2))
        _plain(fd, RUN, 0)
        reason = struct.unpack_from("<I", run, 8)[0]
        if reason != wanted:
            raise Unusable(f"the guest did not end: KVM_RUN returned for reason {reason}")

    def page_address(self, vcpu: int) -> int:
        """The guest address at which a vCPU's kvmclock page is kept."""
        return PAGES + 0x1000 * vcpu

    def page(self, vcpu: int) -> Page:
        """The vCPU's kvmclock page, as it is in memory now."""
        at = self.page_address(vcpu)
        version, tsc, ns, mul, shift, flags = struct.unpack_from("<I4xQQIbB", self._memory, at)
        return Page(version, tsc, ns, mul, shift, flags)

    def close(self) -> None:
        """Give up the VM."""
        for fd, run in self._vcpus:
            run.close()
            os.close(fd)
        os.close(self._fd)


def _call(fd: int, request: int, argument: bytes) -> bytes:
    """An ioctl with a structure, which it returns as the kernel left it."""
    return _given(fd, request, argument)[1]


def _given(fd: int, request: int, argument: bytes) -> tuple[int, bytes]:
    """What an ioctl returned, and its structure as the kernel left it."""
    room = bytearray(argument)
    try:
        return fcntl.ioctl(fd, request, room), bytes(room)
    except OSError as error:
        raise Refused(error.errno or 0) from None


def _plain(fd: int, request: int, argument: int) -> int:
    """What an ioctl with a number returned."""
    try:
        return fcntl.ioctl(fd, request, argument)
    except OSError as error:
        raise Refused(error.errno or 0) from None
