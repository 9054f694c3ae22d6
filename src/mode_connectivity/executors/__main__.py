"""Runs DVC's command line, as the environment's `dvc` does: `python -m mode_connectivity.executors repro`."""

import sys

from mode_connectivity.start import end_quietly

if __name__ == "__main__":
    end_quietly()
    from signal import SIGINT

    from mode_connectivity.executors.dvc_command import main
    from mode_connectivity.running.program import program

    with program([SIGINT]):
        sys.exit(main(sys.argv[1:]))
