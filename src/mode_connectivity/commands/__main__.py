"""Runs the command: `mode-connectivity SUBCOMMAND`, or `python -m mode_connectivity.commands SUBCOMMAND`."""

from mode_connectivity.start import end_quietly


def main() -> None:
    """Run the command line of this process; Ctrl-C ends it with one line at most."""
    end_quietly()
    from signal import SIGINT

    from mode_connectivity.commands import main as command
    from mode_connectivity.running.program import program

    with program([SIGINT]):
        command.main()


if __name__ == "__main__":
    main()
