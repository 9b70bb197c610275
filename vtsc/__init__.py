"""vtsc, the checker: words, paths, engines, traces, reports. It knows nothing of any one domain."""

__version__ = "0.1.0"

DEFAULT_DEPTH = 20
"""How many steps are searched where nobody says."""

MAX_DEPTH = 1000
"""The greatest number of steps that may be asked for."""
