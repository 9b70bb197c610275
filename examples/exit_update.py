"""2.6.37 with a clock update at every exit: what an exit in every time slice would need to be of use."""

from model.designs.base import CLOCK_UPDATE
from model.designs.v2_6_37 import V2637
from model.host.host import Host
from model.vm import Vcpu


class ExitUpdate(V2637):
    """2.6.37, where a vCPU that catches up asks for a clock update whenever it leaves the guest."""

    name = "exit-update"
    title = "2.6.37, but every exit asks for a clock update once the TSC is unstable"

    def vcpu_exit(self, host: Host, vcpu: Vcpu) -> None:
        """The end of vcpu_enter_guest."""
        if host.tsc_unstable:
            vcpu.tsc_catchup = True
            vcpu.request(CLOCK_UPDATE)
