"""KVM before c8076604, "KVM: Fix kvmclock on !constant_tsc boxes", on AMD: nobody tells it of a rate.

kvmclock's factor is computed from the rate at boot, whatever the pCPU does. All else is as in 2.6.35.
"""

from model.designs.v2_6_35_svm import V2635Svm
from model.host.host import Host
from model.vm import Vm


class BeforeC8076604(V2635Svm):
    """The design of 2.6.35 on SVM without the cpufreq rule."""

    name = "before-c8076604"
    title = "2.6.35, SVM, without c8076604: kvmclock takes a pCPU's rate for constant"
    told_rates = False

    def cpufreq(self, host: Host, vm: Vm, cpu: int) -> None:
        """There is no notifier. [rate-at-boot]"""
