"""Runs `python -m benchmarks`: what it does and prints stands in `command.py`."""

from mode_connectivity.start import end_quietly

if __name__ == "__main__":
    end_quietly()
    from signal import SIGINT

    from benchmarks.command import main
    from mode_connectivity.running.program import program

    with program([SIGINT]):
        main()
