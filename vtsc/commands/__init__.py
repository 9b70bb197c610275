"""The subcommands by name, each with its help; one module each.

A module declares ``arguments(parser)``, which adds its arguments to a parser, and ``run(arguments)``, which
returns the exit status. It is imported only when its command is called. A content's own commands, which its
`Domain.commands` lists, are such modules of its own and are found by `vtsc.commands.contents`.
"""

from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "verify": "check designs against properties",
    "threshold": "find the values of a parameter between which a verdict changes",
    "bound": "find the greatest value of a measure, such as lag",
    "gate": "check the cells of checks.toml against their expected verdicts",
    "why": "what a proof needs, or what repairs a violation",
    "diff": "show what a change of a design changes",
    "show": "pretty-print a saved counterexample or proof",
    "replay": "re-execute a saved counterexample, without z3",
    "export": "write a saved run in a format of other programs",
    "import": "make a trace file of an exported run again",
    "list": "designs, hosts, properties, parameters",
    "simulate": "random legal runs, without z3",
    "new": "write a file with a design of one's own, a copy of another",
    "watch": "decide a design in a file of its own again at each save",
    "certify": "check saved certificates again",
}
"""Each is the module of that name in this package."""
