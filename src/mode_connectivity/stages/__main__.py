"""Runs a stage: `python -m mode_connectivity.stages [--untracked] NAME [--variant V] [--seed S]`.

MODE_CONNECTIVITY_UNTRACKED in the environment does what --untracked does.
"""

import os
import sys

from mode_connectivity.start import end_quietly

UNTRACKED = ("source",)
VARIABLE = "MODE_CONNECTIVITY_UNTRACKED"


def run_untracked() -> None:
    """Run the stage that the command line names and exit; MLflow need not be there."""
    from importlib import import_module

    from mode_connectivity.running.stage import run

    name = sys.argv.pop(1)
    items = [word.removeprefix("--") for word in sys.argv[1:] if word.startswith("--")]
    run(import_module(f"mode_connectivity.stages.{name}").main, None, *items)


def run_tracked() -> None:
    """Run the stage that the command line names and exit; its run is tracked."""
    import runpy

    from mode_connectivity.tracking.process import tracker

    name = sys.argv.pop(1)
    if name not in UNTRACKED:
        tracker()  # started early, so that its process imports MLflow while this one imports torch
    runpy.run_module(f"mode_connectivity.stages.{name}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    end_quietly()
    from mode_connectivity.running.program import program

    with program():  # before the seconds that importing torch takes
        if untracked := sys.argv[1] == "--untracked":
            del sys.argv[1]
        run_untracked() if untracked or os.environ.get(VARIABLE) else run_tracked()
