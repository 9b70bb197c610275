"""The cells that a command line asks for."""

from argparse import Namespace

import pytest

from vtsc.base.errors import UsageError
from vtsc.commands.selection import selected


def asked(content, designs, *given, properties=()):
    """The properties of the cells on one host."""
    arguments = Namespace(designs=designs, host=["stable"], property=[*properties], set=[*given])
    return [prop for group in selected(content, arguments) for prop in group.properties]


def test_every_property_is_asked_about(content):
    """Where none is named, and nothing is set."""
    assert sorted(asked(content, ["patch25"])) == sorted(content.properties)


def test_a_property_that_does_not_fit_what_is_set_is_left_out(content):
    """The guest reads kvmclock in two properties, which has no meaning together with trapping."""
    found = asked(content, ["patch25"], "trapping=unstable", "vcpus=2")
    assert {"monotonic", "nonzero_delta"} <= set(found)
    assert not [prop for prop in found if prop.startswith("kvmclock")]
    fits = asked(content, ["patch25"], "clock_reads=on", "kvmclock=on")
    assert "kvmclock_monotonic" in fits


def test_what_is_named_or_fits_nothing_is_refused(content):
    """With the reason."""
    trapping = ("trapping=unstable", "vcpus=2")
    with pytest.raises(UsageError, match="clock_reads=on needs trapping=off"):
        asked(content, ["patch25"], *trapping, properties=["kvmclock_monotonic"])
    with pytest.raises(UsageError, match="design pre25 cannot trap"):
        asked(content, ["pre25"], *trapping)
