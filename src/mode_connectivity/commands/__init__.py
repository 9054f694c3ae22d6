"""The command `mode-connectivity`, one file a subcommand."""
