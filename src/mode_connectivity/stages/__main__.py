"""Runs a stage: `python -m mode_connectivity.stages NAME [--variant V] [--seed S]`.

MODE_CONNECTIVITY_UNTRACKED in the environment leaves its run out of the tracking store.
"""

import sys

from mode_connectivity.stages.program import program

if __name__ == "__main__":
    with program():  # before the seconds that importing torch takes
        from mode_connectivity.stages.running import run

        run(sys.argv[1], sys.argv[2:])
