"""Runs the command: `mode-connectivity SUBCOMMAND`, or `python -m mode_connectivity.commands SUBCOMMAND`."""

import sys

from mode_connectivity.start import end_quietly


def main() -> None:
    """Run the command line of this process; Ctrl-C ends it with one line at most."""
    end_quietly()
    _find_own_programs()
    from signal import SIGINT

    from mode_connectivity.commands import main as command
    from mode_connectivity.running.program import program

    with program([SIGINT]):
        command.main()


def _find_own_programs() -> None:
    """Put the folder of this environment's programs first on the PATH, activated or not: DVC and MLflow are started."""
    import os
    from pathlib import Path

    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))


if __name__ == "__main__":
    main()
