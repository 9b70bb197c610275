"""Questions about the domain that are no cells: commands that ``model`` declares and ``vtsc`` runs.

A module here has ``arguments(parser)`` and ``run(arguments)``, as those of `vtsc.commands` have. It may
import all of ``vtsc``, ``model`` and ``properties``; the loader imports it by name when its command is
called, and nothing else does.
"""
