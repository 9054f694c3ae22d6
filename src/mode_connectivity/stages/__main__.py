"""Runs a stage: `python -m mode_connectivity.stages NAME [--variant V] [--seed S]`."""

import os
import runpy
import sys

from mode_connectivity.running.stopping import STOPPING

UNTRACKED = ("source",)

if __name__ == "__main__":
    STOPPING.install()  # before the seconds that importing torch takes
    try:
        from mode_connectivity.tracking.process import tracker

        name = sys.argv.pop(1)
        if name not in UNTRACKED:
            tracker()  # started early, so that its process imports MLflow while this one imports torch
        runpy.run_module(f"mode_connectivity.stages.{name}", run_name="__main__", alter_sys=True)
    except BaseException:  # an import that is interrupted can end with any of them
        if STOPPING.signal is None:
            raise
        print("interrupted", file=sys.stderr, flush=True)
        os._exit(STOPPING.status)
