"""One module per subcommand; each has ``run(arguments) -> exit status``."""
