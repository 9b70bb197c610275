"""No reader believes a torn pair: two halves that different updates have stored."""

from typing import Any

from vtsc.language import Property, Sometimes, Step, Term, both, negation


class NeverTorn(Property):
    """Violated iff a pair is believed and its halves differ."""

    name = "never_torn"
    claim = "no reader believes a pair from two updates"
    symptom = "tear"
    story = "reader {subject} believed ({first}, {second}), which nobody wrote, by {culprit}"
    needs = ("can_believe_an_update", "can_refuse")
    expected = """
        design       sc     weak
        barriers     holds  holds
        no-barriers  holds  5
        no-odd       5      5
        only-equal   6      6
    """

    def observe(self, machine: Any, state: Any, ghosts: Any, step: Step) -> bool:
        """Look at the pair of a check."""
        pair = step.observed
        return step.call.name == "check" and both(pair.believed, pair.first != pair.second)

    def terms(self, machine: Any, state: Any, ghosts: Any, step: Step) -> list[Term]:
        """The two halves."""
        return [Term("first", step.observed.first), Term("second", step.observed.second)]

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """Whether the page is torn: the store that tears it is to blame."""
        return [int(state.page.first != state.page.second)]


class CanBelieveAnUpdate(Sometimes):
    """A pair is believed that is not the one the page starts with."""

    name = "can_believe_an_update"
    claim = "some reader believes a pair that was written"

    def observe(self, machine: Any, state: Any, ghosts: Any, step: Step) -> bool:
        """Whether this is such a check."""
        return step.call.name == "check" and both(step.observed.believed, step.observed.first > 0)


class CanRefuse(Sometimes):
    """A pair is not believed."""

    name = "can_refuse"
    claim = "some reader has to try again"

    def observe(self, machine: Any, state: Any, ghosts: Any, step: Step) -> bool:
        """Whether this is such a check."""
        return step.call.name == "check" and negation(step.observed.believed)


PROPERTY = NeverTorn()
SOMETIMES = (CanBelieveAnUpdate(), CanRefuse())
