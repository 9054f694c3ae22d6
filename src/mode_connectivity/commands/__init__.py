"""Runs the command `mode-connectivity`; each file is one subcommand."""
