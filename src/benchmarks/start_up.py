"""Measures what a stage costs before and after its work: imports, params, and tracking."""

import os
import subprocess
import sys
from functools import partial

from benchmarks.setting import Setting
from benchmarks.table import Row
from benchmarks.timing import interleaved

FLOOR = "import torch"
STAGE = """
import mode_connectivity.stages.curve
from mode_connectivity.foundations import layout
from mode_connectivity.tracking import runs
from mode_connectivity.params import Params
Params.load(layout.PARAMS)
"""
TRACKED = f"""{STAGE}
from mode_connectivity.tracking.record import Record
runs.log(Record("benchmark"))
"""


def measure(setting: Setting) -> list[Row]:
    """Return the seconds to import what the curve stage does, without and with a tracked run, and torch alone."""
    store = {"MLFLOW_TRACKING_URI": f"sqlite:///{setting.scratch / 'mlflow.db'}"}
    subprocess.run([sys.executable, "-c", TRACKED], check=True, env=os.environ | store)  # makes the store
    codes = {"torch": FLOOR, "stage": STAGE, "tracked": TRACKED}
    seconds = interleaved({name: partial(_run, code, store) for name, code in codes.items()}, setting.rounds)
    floor, stage, tracked = (seconds[name] for name in codes)
    return [
        Row("start of a stage", stage, "s", "import torch", floor, f"{stage - floor:+.2f} s"),
        Row("with one run tracked", tracked, "s", "import torch", floor, f"{tracked - floor:+.2f} s"),
    ]


def _run(code: str, store: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | store)
