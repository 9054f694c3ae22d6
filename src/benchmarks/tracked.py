"""Measures what tracking costs a stage: seconds that pass, and seconds of the processor."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import median

import psutil

from benchmarks.setting import Setting
from benchmarks.table import Row
from mode_connectivity.tracking.process import Tracker
from mode_connectivity.tracking.record import Record
from mode_connectivity.warm.servers import ready_processes

# As large as that of an analysis: 40 keys, half of them series.
RECORD = Record(
    "benchmark",
    {"variant": "mid", "seed": 0},
    {f"param.{k}": k for k in range(60)},
    {f"metric/{k}": float(k) for k in range(20)},
    {f"series/{k}": [0.0] * 31 for k in range(20)},
)


def measure(setting: Setting) -> list[Row]:
    """Return the seconds from the start of the tracking process to the logged run, alone and forked."""
    with _store(f"sqlite:///{setting.scratch / 'tracked.db'}"):
        subprocess.run([sys.executable, "-m", "mode_connectivity.tracking"], check=True, stdout=subprocess.DEVNULL)
        alone = [_tracked() for _ in range(setting.rounds)]
        with ready_processes(["tracking"]):
            _tracked()  # the first one waits for the imports
            forked = [_tracked() for _ in range(setting.rounds)]
    medians = {
        name: [median(each) for each in zip(*found, strict=True)] for name, found in (("a", alone), ("f", forked))
    }
    named = (("tracking a stage, seconds that pass", 0), ("tracking a stage, CPU seconds", 1))
    return [Row(name, medians["f"][k], "s", "in a new process", medians["a"][k]) for name, k in named]


def _tracked() -> tuple[float, float]:
    """Return the seconds that pass until a run is logged, and those of all processes below this one."""
    known = _seconds_below()
    started = time.perf_counter()
    tracker = Tracker()
    tracker.log(RECORD)
    passed = time.perf_counter() - started
    spent = sum(seconds - known.get(pid, 0.0) for pid, seconds in _seconds_below().items())
    tracker._process.kill()
    tracker._process.communicate()
    while len(_seconds_below()) > len(known):  # a forked one ends a moment later
        time.sleep(0.05)
    return passed, spent


def _seconds_below() -> dict[int, float]:
    """Return process -> its CPU seconds, of all that live below this one."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            found[process.pid] = times.user + times.system
    return found


@contextmanager
def _store(uri: str) -> Iterator[None]:
    before = os.environ.get("MLFLOW_TRACKING_URI")
    os.environ["MLFLOW_TRACKING_URI"] = uri
    try:
        yield
    finally:
        if before is None:
            del os.environ["MLFLOW_TRACKING_URI"]
        else:
            os.environ["MLFLOW_TRACKING_URI"] = before
