"""Runs a stage: checks its params, does its work, and tracks the result once it is safe on disk."""

import inspect
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import NoReturn

from mode_connectivity import layout
from mode_connectivity.params import Params
from mode_connectivity.running.completion import complete
from mode_connectivity.running.errors import in_one_line
from mode_connectivity.running.items import read_items
from mode_connectivity.running.stopping import STOPPING, Stopped
from mode_connectivity.tracking.process import Untracked, tracker
from mode_connectivity.tracking.record import Record, flat

Stage = Callable[..., None]
Recorder = Callable[..., Record]

TRACK_KILLED_SECONDS = 10.0


def run(stage: Stage, recorder: Recorder | None = None, *items: str) -> None:
    """Run `stage(params, *items)`, then log `recorder(params, *items)`; the process exits with a status.

    What a person can mend (params, files, a full disk) is one line on standard error and status 1. A result that
    could not be tracked is still a result: one line, status 0. A signal to stop is one line and a status of its own,
    and the run is logged as killed with what is known of it.
    """
    STOPPING.install()
    begun: Record | None = None
    try:
        with in_one_line():
            params = Params.load(layout.PARAMS)
            values = read_items(params, items)
            if recorder is not None:
                begun = _begun(stage, params, dict(zip(items, values, strict=True)))
                tracker()
            started = time.perf_counter()
            stage(params, *values)
            seconds = time.perf_counter() - started
            begun = None  # the result's own run says how it ended
            if recorder is not None:
                _track(recorder, params, values, {"seconds": seconds, "peak_memory_mb": _peak_memory_mb()})
    except KeyboardInterrupt as interruption:
        _end_killed(interruption, begun)
    STOPPING.too_late()
    complete()
    _exit(0)


def _track(recorder: Recorder, params: Params, values: list[str | int], extra: dict[str, float]) -> None:
    try:
        tracker().log(recorder(params, *values), extra)
    except Exception as error:
        reason = str(error) if isinstance(error, Untracked) else f"{type(error).__name__}: {error}"
        print(f"warning: the result is safe, but was not tracked ({' '.join(reason.split())})", file=sys.stderr)


def _peak_memory_mb() -> float:
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _begun(stage: Stage, params: Params, item: dict[str, str | int]) -> Record:
    """Return what is known of a run before it has a result."""
    return Record(Path(inspect.getfile(stage)).stem, item, flat(params.model_dump(mode="json")))


def _end_killed(interruption: KeyboardInterrupt, begun: Record | None) -> NoReturn:
    print(interruption if isinstance(interruption, Stopped) else "interrupted", file=sys.stderr)
    if begun is not None:
        series = interruption.series if isinstance(interruption, Stopped) else {}
        tracked = Thread(target=_track_killed, args=[replace(begun, series=series)], daemon=True)
        with suppress(KeyboardInterrupt):  # a second signal: exit without waiting for the log
            tracked.start()
            tracked.join(TRACK_KILLED_SECONDS)
    _exit(STOPPING.status)


def _track_killed(record: Record) -> None:
    with suppress(Exception):  # no result depends on this log
        tracker().log(record, status="KILLED")


def _exit(status: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # all is on disk; taking torch and MLflow down in order would cost more than a second
