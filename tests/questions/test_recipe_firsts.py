"""Which of close threads writes first matters wherever they write different values."""

import pytest

from questions.recipes.asking import Asked, answered
from questions.recipes.deciding import DEPENDS, FAILS, HOLDS
from questions.recipes.reading.file import read_file

APART = """
title = "two of three, read 900 ms apart"
mirrors = "nothing"
vcpus = 3
guest = {{ uptime = "500s" }}
rules = ["6.6"]
want = {{ offsets_equal = true, offsets_kept = true, no_early_run = true }}
elapsed = {{ default = "0", KVM_SET_MSRS = "0..1ms" }}
save = ["v*: pause", "{read}: KVM_GET_MSRS TSC", "vm: wait 900ms", "{later}: KVM_GET_MSRS TSC"]
gap = "0"
resume = ["vm: wait 300ms", {writes}, "v*: KVM_RUN"]
"""
THREADS = '"threads v0,v1: KVM_SET_MSRS TSC=saved"'
IN_TURN = '"v{}: KVM_SET_MSRS TSC=saved", "v{}: KVM_SET_MSRS TSC=saved"'


@pytest.mark.parametrize("read", ["v0", "v1"])
def test_the_first_write_alone_may_be_more_than_a_second_off(tmp_path, read):
    """Which vCPU's value is compared with the VM's last write depends on the order of the threads."""

    def results(writes):
        file = tmp_path / "apart.toml"
        later = "v1" if read == "v0" else "v0"
        file.write_text(APART.format(read=read, later=later, writes=writes), encoding="utf-8")
        (text,) = read_file(file, "apart.toml")
        return {a.name: a.verdict.result for a in answered(Asked(text)).answers}

    every = [results(IN_TURN.format(*order)) for order in ((0, 1), (1, 0))]
    assert {each["offsets_equal"] for each in every} == {HOLDS, FAILS}
    both = results(THREADS)
    assert (both["offsets_equal"], both["offsets_kept"]) == (DEPENDS, DEPENDS)
    assert both["no_early_run"] == every[0]["no_early_run"] == HOLDS
