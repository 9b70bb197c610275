"""Lemmas about kvmclock pages, for machines with clock_reads=on.

They are about pages whose factor is exact, and about a kernel clock that time updates follow.
"""

from typing import Any

from vtsc.language import Lemma, both, either, implies, integer, negation


def _factors(machine: Any) -> bool:
    """Whether pages have factors of their own."""
    steps: bool = machine.settings["cpufreq"] == "on" and machine.contract.steps
    return steps and machine.design.told_rates


def _guest_tsc(state: Any, v: int, c: int) -> int:
    tsc: int = state.host.pcpus[c].tsc + integer(state.vm.vcpus[v].tsc_offset)
    return tsc


def _stamp_is_past(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    past: bool = integer(state.vm.vcpus[v].hv_timestamp) <= _guest_tsc(state, v, c)
    return past


def _exit_is_past(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    past: bool = integer(state.vm.vcpus[v].exit_tsc) <= _guest_tsc(state, v, c)
    return past


def _published(vcpu: Any) -> bool:
    return negation(either((integer(vcpu.hv_time) == 0,)))


def _stamp_is_set(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(_published(vcpu), integer(vcpu.hv_timestamp) >= 1)


def _page_not_negative(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    not_negative: bool = integer(state.vm.vcpus[v].hv_time) >= 0
    return not_negative


def _no_page_no_stamp(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return either((_published(vcpu), integer(vcpu.hv_timestamp) == 0))


def _page_is_asked_for(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.time_page, either((_published(vcpu), vcpu.request_clock_update)))


def _asked_after_stamp(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    after = integer(vcpu.hv_timestamp) <= integer(vcpu.exit_tsc)
    return implies(vcpu.request_clock_update, both(after, integer(vcpu.exit_tsc) >= 1))


def page_time(host: Any, vcpu: Any, guest_tsc: int) -> int:
    """What the page says when the guest's TSC is ``guest_tsc``, in time units; for exact factors."""
    ahead = guest_tsc - integer(vcpu.hv_timestamp)
    time: int = integer(vcpu.hv_time) * host.base.ns + ahead * host.base.cycle
    return time


def _served_on(state: Any, v: int, c: int) -> bool:
    """Whether a vCPU with a page is loaded on a pCPU, where it is in guest mode or has no update pending."""
    vcpu = state.vm.vcpus[v]
    here = both(both(vcpu.loaded, vcpu.cpu == c), vcpu.time_page)
    return both(here, either((vcpu.in_guest, negation(vcpu.request_clock_update))))


def _page_in_time(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    host, vcpu = state.host, state.vm.vcpus[v]
    ahead = _guest_tsc(state, v, c) - integer(vcpu.hv_timestamp)
    since = host.k0 + host.t + host.phase - integer(vcpu.hv_time) * host.base.ns
    quick = both(vcpu.hv_fast, ahead * host.base.cycle <= since * host.fastest[0])
    slow = both(negation(vcpu.hv_fast), ahead * host.base.cycle <= since)
    return implies(_served_on(state, v, c), both(ahead >= 0, either((quick, slow))))


def _factor_is_known(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    fast = both(_served_on(state, v, c), state.host.pcpus[c].speeded_up)
    return implies(fast, state.vm.vcpus[v].hv_fast)


def _page_is_past(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    host, vcpu = state.host, state.vm.vcpus[v]
    now = page_time(host, vcpu, _guest_tsc(state, v, c))
    return implies(_published(vcpu), now <= host.k0 + host.t + host.phase)


def lemmas(machine: Any) -> list[Lemma]:
    """The lemmas about the pages of a machine."""
    found = [
        Lemma(
            "stamp_is_past",
            "the TSC in a kvmclock page is at most what the guest would read on any pCPU",
            ("vcpu", "pcpu"),
            _stamp_is_past,
        ),
        Lemma(
            "stamp_is_set",
            "the TSC in a kvmclock page that was updated is not 0",
            ("vcpu",),
            _stamp_is_set,
        ),
        Lemma(
            "page_not_negative",
            "the time in a kvmclock page is not below 0",
            ("vcpu",),
            _page_not_negative,
        ),
        Lemma(
            "no_page_no_stamp",
            "the TSC in a kvmclock page that was never updated is 0",
            ("vcpu",),
            _no_page_no_stamp,
        ),
        Lemma(
            "page_is_asked_for",
            "a kvmclock page that is enabled has been updated, or a clock update is pending",
            ("vcpu",),
            _page_is_asked_for,
        ),
        Lemma(
            "page_is_past",
            "on any pCPU a kvmclock page says at most what the kernel clock would say without steps",
            ("vcpu", "pcpu"),
            _page_is_past,
        ),
    ]
    if _factors(machine):
        found += [
            Lemma(
                "page_in_time",
                "unless an update is pending, a page says at most what the kernel clock says",
                ("vcpu", "pcpu"),
                _page_in_time,
            ),
            Lemma(
                "factor_is_known",
                "on a pCPU at its higher rate, a page has that factor, or an update is pending",
                ("vcpu", "pcpu"),
                _factor_is_known,
            ),
        ]
    if not machine.switch.floored:
        return found
    return [
        *found,
        Lemma(
            "exit_is_past",
            "the TSC noted at the last exit is at most what the guest would read on any pCPU",
            ("vcpu", "pcpu"),
            _exit_is_past,
        ),
        Lemma(
            "asked_after_stamp",
            "where a clock update is pending, the TSC noted at the last exit is at least the page's",
            ("vcpu",),
            _asked_after_stamp,
        ),
    ]


def read_lemmas(owner: str, machine: Any) -> list[Lemma]:
    """Lemmas that bound the last time read on a vCPU."""

    def last(ghosts: Any, v: int) -> int:
        return integer(ghosts[f"vcpu{v}"].time)

    def in_guest(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
        host, vcpu = state.host, state.vm.vcpus[v]
        says = page_time(host, vcpu, _guest_tsc(state, v, c))
        return implies(vcpu.in_guest, last(ghosts, v) * host.base.ns <= says)

    def at_exit(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        host, vcpu = state.host, state.vm.vcpus[v]
        time = last(ghosts, v) * host.base.ns
        said = page_time(host, vcpu, integer(vcpu.exit_tsc))
        past = either((time <= integer(vcpu.hv_time) * host.base.ns, time <= said))
        return either((vcpu.in_guest, past))

    def not_negative(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        return last(ghosts, v) >= 0

    def is_past(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        host = state.host
        past: bool = last(ghosts, v) * host.base.ns <= host.k0 + host.t + host.phase
        return past

    found = [
        Lemma(
            "time_is_past",
            "no time was read above what the kernel clock would say without steps",
            ("vcpu",),
            is_past,
            owner=owner,
        ),
        Lemma(
            "time_in_guest",
            "in guest mode no time was read above what the page says now",
            ("vcpu", "pcpu"),
            in_guest,
            owner=owner,
        ),
        Lemma("time_not_negative", "no time is below 0", ("vcpu",), not_negative, owner=owner),
    ]
    if _factors(machine):
        found.append(_time_on_page(owner))
    if machine.settings["guest_last_value"] == "on":
        found += _taken(owner)
    if machine.switch.floored:
        found.append(
            Lemma(
                "time_at_exit",
                "out of guest mode no time was read above what the page said at the last exit or update",
                ("vcpu",),
                at_exit,
                owner=owner,
            )
        )
    return found


def _taken(owner: str) -> list[Lemma]:
    """Lemmas about the last time that the guest took from its clock, whatever vCPU it was on."""

    def taken(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        time: int = integer(ghosts[f"vcpu{v}"].time)
        return time <= integer(state.vm.last_value)

    def past(machine: Any, state: Any, ghosts: Any) -> bool:
        host, last = state.host, integer(state.vm.last_value)
        return both(last >= 0, last * host.base.ns <= host.k0 + host.t + host.phase)

    return [
        Lemma(
            "time_is_taken",
            "no time was read above the last one that the guest took from its clock",
            ("vcpu",),
            taken,
            owner=owner,
        ),
        Lemma(
            "taken_is_past",
            "the guest took no time from its clock above the kernel clock without steps",
            (),
            past,
            owner=owner,
        ),
    ]


def _time_on_page(owner: str) -> Lemma:
    """The lemma that bounds the last time read by the page, whichever factor that has."""

    def holds(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
        host, vcpu = state.host, state.vm.vcpus[v]
        ahead = (_guest_tsc(state, v, c) - integer(vcpu.hv_timestamp)) * host.base.cycle
        said = (integer(ghosts[f"vcpu{v}"].time) - integer(vcpu.hv_time)) * host.base.ns
        quick = both(vcpu.hv_fast, said * host.fastest[0] <= ahead)
        slow = both(negation(vcpu.hv_fast), said <= ahead)
        return implies(_served_on(state, v, c), either((quick, slow)))

    return Lemma(
        "time_on_page",
        "unless an update is pending, no time was read above what the page says now",
        ("vcpu", "pcpu"),
        holds,
        owner=owner,
    )
