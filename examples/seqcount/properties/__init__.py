"""The registry of properties, and of what must be reachable for them to mean something."""

from properties.never_torn import PROPERTY, SOMETIMES

PROPERTIES = {PROPERTY.name: PROPERTY}

__all__ = ["PROPERTIES", "SOMETIMES"]
