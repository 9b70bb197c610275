"""One bound is told where no exact condition is: it is proved, and plain runs say nothing else."""

import random

import pytest

from model.today import rules_named
from questions.recipes.deciding import DEPENDS, decide
from questions.recipes.fitting import script
from questions.recipes.orders import orders, settled
from questions.recipes.properties import PROPERTIES
from questions.recipes.properties.property import Seen
from questions.recipes.running import played
from tests.support.recipe_files import read
from vtsc.solver.solve import solve

NEW = rules_named("6.18")
SIXTEEN = """\
title = "16 threads that differ in no payload"
vcpus = 16
guest = { uptime = "500s" }
want = { agree = "10ms" }
save = ["v*: pause", "vm: KVM_GET_CLOCK", "each v: KVM_GET_MSRS TSC"]
restore = [
  "v*: KVM_CREATE_VCPU",
  "threads v: KVM_SET_MSRS TSC=saved",
  "vm: KVM_SET_CLOCK clock=saved flags=0",
  "v*: KVM_RUN",
]
elapsed = { default = "0..1ms" }
"""
MANY = """\
title = "four threads write and run"
vcpus = 4
guest = { uptime = "500s" }
want = { agree = "60ms" }
save = ["v*: pause", "each v: KVM_GET_MSRS TSC", "vm: KVM_GET_CLOCK"]
restore = [
  "v*: KVM_CREATE_VCPU",
  "vm: KVM_SET_CLOCK clock=saved flags=0",
  "threads v: KVM_SET_MSRS TSC=saved; KVM_RUN",
]
elapsed = { default = "0..50ms" }
"""
COPIED = SIXTEEN.replace("vcpus = 16", "vcpus = 4")
COPIED = COPIED.replace('agree = "10ms"', 'tsc_continuous = "10ms"')
COPIED = COPIED.replace('KVM_GET_CLOCK",', 'KVM_GET_CLOCK", "vm: wait 0..1ms",')
COPIED = COPIED.replace('"vm: KVM_SET', '"vm: wait 0..3s; KVM_SET')


def decided(tmp_path, text):
    """The script of a recipe with one property, and its verdict."""
    (own,) = read(tmp_path, text)
    asked = script(own)
    (verdict,) = decide(asked, NEW)
    assert verdict.result == DEPENDS
    return asked, verdict


@pytest.mark.slow
def test_a_bound_that_is_enough_for_sixteen_threads(tmp_path):
    """The clock is set at most 1 ms after the first write, and the writes are read one after the other."""
    _, verdict = decided(tmp_path, SIXTEEN)
    reads = " + ".join(f"GET_MSRS.v{v}" for v in range(16))
    assert verdict.enough.parts == ((f"{reads} + SET_CLOCK <= 9000000",),)
    assert verdict.enough.odd.replay.holds
    assert not verdict.parts and len(verdict.texts) > 1
    solve(verdict.texts)


@pytest.mark.slow
def test_a_bound_among_many_orders_is_what_plain_runs_do(tmp_path):
    """2520 orders: at drawn delays within the bound no run fails, and some run holds beyond it."""
    asked, verdict = decided(tmp_path, MANY)
    ((bound,),) = verdict.enough.parts
    names, limit = bound.split(" <= ")
    few, (whole,), rng = names.split(" + "), orders(asked).scripts, random.Random(3)
    assert len(few) > 1 and "2520 orders" in verdict.why
    known = PROPERTIES["agree"]
    for _ in range(60):
        share = int(limit) // len(few)
        near = {name: share + rng.choice((0, 0, -1)) for name in few}

        def length(gap, near=near):
            return near.setdefault(gap.name, rng.choice((gap.low, gap.high)))

        world = played(settled(whole, length), NEW, length)
        assert known.claim(Seen(world), verdict.wanted.parameters)
    beyond = verdict.enough.odd
    assert beyond.replay.holds and sum(beyond.delays.get(name, 0) for name in few) > int(limit)
    assert {*verdict.texts} == {"enough"}
    solve(verdict.texts)


@pytest.mark.slow
def test_a_bound_where_an_exact_condition_would_be_too_long(tmp_path):
    """Four threads: what is needed has many bounds, and one is enough."""
    _, verdict = decided(tmp_path, COPIED)
    assert not verdict.parts and len(verdict.enough.parts) == len(verdict.enough.parts[0]) == 1
    assert "SET_CLOCK" in verdict.enough.parts[0][0]
    assert len(verdict.needed.parts[0]) > 1
