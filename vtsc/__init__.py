"""vtsc, the checker: words, paths, engines, traces, reports. It knows nothing of any one domain."""

__version__ = "0.1.0"
