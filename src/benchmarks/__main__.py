"""Runs `python -m benchmarks`: what it does and prints stands in `command.py`."""

from signal import SIGINT

from mode_connectivity.stages.program import program

if __name__ == "__main__":
    with program([SIGINT]):
        from benchmarks.command import main

        main()
