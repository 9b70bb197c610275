"""``vtsc recipe --live``: recipes on the KVM of this host, each observation compared with the rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.live import one_cpu
from conformance.live.device import Device, Unusable
from conformance.live.findings import SKIPPED
from conformance.live.kvm import Kvm
from conformance.live.probes import Host, probed
from conformance.live.report import RECIPE, Seen
from conformance.live.running import Outcome
from conformance.live.tracing import PLACES, Tracer, tracer
from model.today import Rules, rules_named
from questions.recipes.available import missing
from questions.recipes.fitting import script
from questions.recipes.live.running import Asked, left_out, obstacle, outcome
from questions.recipes.reading.tree import Text
from questions.recipes.script import SECOND

if TYPE_CHECKING:
    from questions.recipes.deciding import Verdict, Witness

SHORT, HOLDING, FAILING = "short", "holding", "failing"
DELAYS = (SHORT, HOLDING, FAILING)
MOST_VCPUS = 8
LONGEST = 15 * SECOND
"""The longest that a recipe may wait for."""


@dataclass(frozen=True)
class Options:
    """How recipes are made: under which rules, with which of `DELAYS`, and whether events are recorded."""

    rules: str
    delays: str
    device: str
    recorded: bool


def live(texts: Sequence[Text], options: Options) -> Seen:
    """Make recipes on the host; raises `Unusable` where it has no KVM that can be used."""
    rules = rules_named(options.rules)
    device = Kvm(options.device)
    host = probed(device)
    rules = host.rules(rules)
    with one_cpu(), tracer(PLACES if options.recorded else ()) as recorder:
        found = [
            each
            for text in texts
            for each in _outcomes(device, host, rules, text, options.delays, recorder)
        ]
        seen = Seen(host, recorder is not None, tuple(found), RECIPE)
    device.close()
    return seen


def _outcomes(
    device: Device, host: Host, rules: Rules, text: Text, delays: str, recorder: Tracer | None
) -> Iterator[Outcome]:
    """How a recipe has ended: once with short delays, or once for each run that a verdict has."""
    every = [*_asked(text, rules, delays)]
    if not every:
        why = f"no property has a run that {delays.removesuffix('ing')}s"
        yield Outcome(text.name, text.title, SKIPPED, (), why)
    for asked in every:
        why = missing(asked.script, rules)
        why = why or obstacle(asked.script, asked.delays, MOST_VCPUS, LONGEST)
        if why:
            yield Outcome(asked.name, asked.does, SKIPPED, (), why)
        else:
            yield outcome(
                device, host, rules, asked, left_out(asked.script, host.honoured), recorder
            )


def _asked(text: Text, rules: Rules, delays: str) -> Iterator[Asked]:
    whole = script(text)
    if delays == SHORT:
        yield Asked(text.name, text.title, whole, {})
        return
    from questions.recipes.deciding import decide

    shown: set[tuple[object, ...]] = set()
    for verdict in decide(whole, rules.but(offset_honoured=True)):
        witness = _witness(verdict, delays)
        if witness is None:
            continue
        key = (*witness.delays.items(), witness.script.sections)
        if key not in shown:
            shown.add(key)
            name = f"{text.name}, {verdict.wanted.name}"
            yield Asked(name, text.title, witness.script, witness.delays)


def _witness(verdict: "Verdict", delays: str) -> "Witness | None":
    return verdict.failing if delays == FAILING else verdict.holding


__all__ = ["DELAYS", "SHORT", "Options", "Unusable", "live"]
