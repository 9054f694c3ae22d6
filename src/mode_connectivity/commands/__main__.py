"""Runs the command: `python -m mode_connectivity.commands SUBCOMMAND`, where the package is not installed."""

from mode_connectivity.commands.main import main

if __name__ == "__main__":
    main()
