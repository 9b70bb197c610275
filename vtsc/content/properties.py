"""The properties of a content by name, those included that bound the measure of another."""

from collections.abc import Mapping

from vtsc.language.claims import Property
from vtsc.language.measures import NAMED, within


class Properties(dict[str, Property]):
    """The properties that a content has, by name, in its order.

    ``NAME_at_most_N``, that the measure of NAME is at most N parts of its unit, is found as well where NAME
    has a measure, and ``NAME_at_least_N`` where that has an opposite. Such a property is made when it is
    first asked for, and is not listed.
    """

    def __init__(self, listed: Mapping[str, Property]) -> None:
        super().__init__(listed)
        self._made: dict[str, Property] = {}

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and self._of(name) is not None)

    def __missing__(self, name: str) -> Property:
        if name not in self._made:
            found = self._of(name)
            if found is None:
                raise KeyError(name)
            self._made[name] = within(*found)
        return self._made[name]

    def rank(self, name: str) -> tuple[int, str]:
        """The place of a property in this order; one that bounds a measure comes after that which has it."""
        found = None if super().__contains__(name) else self._of(name)
        listed = name if found is None else found[0].name
        return [*self].index(listed), "" if found is None else name

    def _of(self, name: str) -> tuple[Property, int, int] | None:
        """The property whose measure a name bounds, the bound, and the sign of what is to be at most that."""
        parts = NAMED.fullmatch(name)
        prop = None if parts is None else self.get(parts["of"])
        if parts is None or prop is None or prop.measure is None:
            return None
        sign = 1 if parts["end"] == "most" else -1
        if sign < 0 and not prop.measure.opposite:
            return None
        return prop, sign * int(parts["limit"]), sign
