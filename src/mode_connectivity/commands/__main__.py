"""Runs the command: `mode-connectivity SUBCOMMAND`, or `python -m mode_connectivity.commands SUBCOMMAND`."""

import os
import sys
from pathlib import Path
from signal import SIGINT

from mode_connectivity.stages.program import program


def main() -> None:
    """Run the command line of this process; Ctrl-C ends it with one line at most."""
    # DVC and MLflow are started: this environment's own come first, activated or not.
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    with program([SIGINT]):
        from mode_connectivity.commands import main as command

        command.main()


if __name__ == "__main__":
    main()
