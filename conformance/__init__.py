"""Today's KVM beside its rules: commands that compare recorded traces, and a live kernel, with ``model``.

A module here has ``arguments(parser)`` and ``run(arguments)``, as those of `questions` have; ``model``
declares them, and the loader imports each when its command is called.
"""
