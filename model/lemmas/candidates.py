"""All candidate lemmas about a machine that do not depend on the property."""

from collections.abc import Sequence
from typing import Any

from model.lemmas.bounds import BOUNDS
from model.lemmas.bumps import bump_lemmas
from model.lemmas.machine import LEMMAS
from model.lemmas.overlap import LEMMAS as OVERLAP
from model.lemmas.page import lemmas as page_lemmas
from model.lemmas.slices import slice_lemmas
from model.lemmas.standings import Standing, lemmas
from model.lemmas.timers import timer_lemmas
from model.lemmas.trapping import lemmas as trapping_lemmas
from model.lemmas.trapping import standings as trapping_standings
from model.lemmas.writes import LEMMAS as WRITES
from model.limits import kept_lemmas
from vtsc.language import Lemma


def candidates(machine: Any) -> list[Lemma]:
    """The lemmas about every machine, and those about what its settings turn on."""
    settings, stands = machine.settings, standings(machine)
    own = [*kept_lemmas(settings), *slice_lemmas(settings), *timer_lemmas(settings, stands)]
    trapping = trapping_lemmas(machine.design.saved_tsc) if machine.traps else []
    overlap = OVERLAP if machine.overlaps else ()
    writes = WRITES if settings["tsc_writes"] == "on" else ()
    own += bump_lemmas(machine, standings(machine))
    own += page_lemmas(machine) if machine.clocks else []
    own += machine.design.lemmas
    return [*LEMMAS, *own, *trapping, *overlap, *writes, *lemmas(stands, BOUNDS)]


def standings(machine: Any) -> Sequence[Standing]:
    """The circumstances in which it is clear what a guest's TSC would be; trapping adds some."""
    own, saved_tsc = machine.design.standings, machine.design.saved_tsc
    return trapping_standings(own, saved_tsc) if machine.traps else own
