"""Runs `python -m attack`: what it does and prints stands in `command.py`."""

import sys

from mode_connectivity.start import end_quietly

if __name__ == "__main__":
    end_quietly()
    from signal import SIGINT

    from attack.command import main
    from mode_connectivity.running.program import program

    with program([SIGINT]):
        sys.exit(main())
