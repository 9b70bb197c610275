"""The properties of recipes, by name; one module each."""

from collections.abc import Mapping

from questions.recipes.properties import (
    agree,
    clock_read_usable,
    kvmclock_monotonic,
    master_clock,
    no_early_run,
    offsets_equal,
    offsets_kept,
    pause_consistent,
    ref_agrees,
    ref_monotonic,
    signalled,
    timers,
    tsc_continuous,
    write_lands,
)
from questions.recipes.properties.property import RecipeProperty

MODULES = (
    tsc_continuous,
    offsets_equal,
    offsets_kept,
    master_clock,
    write_lands,
    agree,
    kvmclock_monotonic,
    pause_consistent,
    timers,
    ref_monotonic,
    ref_agrees,
    signalled,
    clock_read_usable,
    no_early_run,
)
PROPERTIES: Mapping[str, RecipeProperty] = {m.PROPERTY.name: m.PROPERTY for m in MODULES}
