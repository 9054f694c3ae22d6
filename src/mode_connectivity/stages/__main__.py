"""Runs a stage: `python -m mode_connectivity.stages NAME [--variant V] [--seed S]`."""

import runpy
import sys

from mode_connectivity.tracking.process import tracker

UNTRACKED = ("source",)

if __name__ == "__main__":
    name = sys.argv.pop(1)
    if name not in UNTRACKED:
        tracker()  # started early, so that its process imports MLflow while this one imports torch
    runpy.run_module(f"mode_connectivity.stages.{name}", run_name="__main__", alter_sys=True)
