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
from mode_connectivity.tracking.origin import experiment_name
from mode_connectivity.tracking.process import Untracked, tracker
from mode_connectivity.tracking.record import Execution, Record, flat, study_key
from mode_connectivity.tracking.runs import tracking_uri
from mode_connectivity.tracking.secrets import without_secrets
from mode_connectivity.tracking.study import STUDY, begun_in, note_begun

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
    begun: tuple[Record, Execution] | None = None
    try:
        with in_one_line():
            params = Params.load(layout.PARAMS)
            values = read_items(params, items)
            record = _begun(stage, params, dict(zip(items, values, strict=True)))
            execution = execution_of(params, started=time.time())
            begun = (record, execution) if recorder is not None and record.stage != STUDY else None
            started = time.perf_counter()
            stage(params, *values)
            seconds = time.perf_counter() - started
            begun = None  # the result's own run says how it ended
            if recorder is not None:
                metrics = {"seconds": seconds, "peak_memory_mb": _peak_memory_mb()}
                stage_name, item = record.stage, record.item
                _track(
                    lambda: replace(recorder(params, *values), stage=stage_name, item=item),
                    replace(execution, seconds=seconds, metrics=metrics),
                )
    except KeyboardInterrupt as interruption:
        _end_killed(interruption, begun)
    STOPPING.too_late()
    complete()
    _exit(0)


def execution_of(params: Params, started: float | None = None) -> Execution:
    """Return what is known of an execution of any stage of `params` before it ends."""
    experiment = experiment_name()
    key = study_key(params.model_dump(mode="json"), experiment)
    return Execution(study=key, experiment=experiment, data=params.dataset.source, started=started)


def _track(read: Callable[[], Record], execution: Execution) -> None:
    try:
        record = read()
        if record.stage == STUDY and begun_in(tracking_uri(), execution.study):
            return
        tracker().log(record, execution)
        if record.stage == STUDY:
            note_begun(tracking_uri(), execution.study)
    except Exception as error:
        reason = str(error) if isinstance(error, Untracked) else f"{type(error).__name__}: {error}"
        reason = " ".join(without_secrets(reason).split())
        print(f"warning: the result is safe, but was not tracked ({reason})", file=sys.stderr)


def _peak_memory_mb() -> float:
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _begun(stage: Stage, params: Params, item: dict[str, str | int]) -> Record:
    """Return what is known of a run before it has a result."""
    return Record(Path(inspect.getfile(stage)).stem, item, flat(params.model_dump(mode="json")))


def _end_killed(interruption: KeyboardInterrupt, begun: tuple[Record, Execution] | None) -> NoReturn:
    print(interruption if isinstance(interruption, Stopped) else "interrupted", file=sys.stderr)
    if begun is not None:
        series = interruption.series if isinstance(interruption, Stopped) else {}
        record, execution = begun
        now = time.time()
        killed = replace(execution, status="KILLED", seconds=now - (execution.started or now))
        tracked = Thread(target=_track_killed, args=[replace(record, series=series), killed], daemon=True)
        with suppress(KeyboardInterrupt):  # a second signal: exit without waiting for the log
            tracked.start()
            tracked.join(TRACK_KILLED_SECONDS)
    _exit(STOPPING.status)


def _track_killed(record: Record, execution: Execution) -> None:
    with suppress(Exception):  # no result depends on this log
        tracker().log(record, execution)


def _exit(status: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # all is on disk; taking torch and MLflow down in order would cost more than a second
