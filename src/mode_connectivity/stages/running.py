"""How every stage runs: params are checked, the work is done, and only then is it tracked."""

import argparse
import inspect
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

from mode_connectivity import layout, tracking
from mode_connectivity.params import Params
from mode_connectivity.stages.stopping import STOPPING, Stopped
from mode_connectivity.stages.tracker import Untracked, tracker

Stage = Callable[..., None]
Recorder = Callable[..., tracking.Record]

TRACEBACK = "MODE_CONNECTIVITY_TRACEBACK"
TRACK_KILLED_SECONDS = 10.0
_AFTERWARDS: list[Callable[[], None]] = []


def run(stage: Stage, recorder: Recorder | None = None, *items: str) -> None:
    """Run `stage(params, *items)`, then log `recorder(params, *items)`; the process exits with a status.

    What a person can mend (params, files, a full disk) is one line on standard error and status 1. A result that
    could not be tracked is still a result: one line, status 0. A signal to stop is one line and a status of its own,
    and the run is logged as killed with what is known of it.
    """
    STOPPING.install()
    begun: tracking.Record | None = None
    try:
        params = Params.load(layout.PARAMS)
        values = _items(params, items)
        if recorder is not None:
            begun = _begun(stage, params, dict(zip(items, values, strict=True)))
            tracker()
        started = time.perf_counter()
        stage(params, *values)
        seconds = time.perf_counter() - started
        begun = None  # the result's own run says how it ended
        if recorder is not None:
            _track(recorder, params, values, {"seconds": seconds, "peak_memory_mb": _peak_memory_mb()})
    except (ValueError, OSError) as error:
        if os.environ.get(TRACEBACK):
            raise
        sys.exit(f"error: {' '.join(str(error).split())}")
    except KeyboardInterrupt as interruption:
        _end_killed(interruption, begun)
    STOPPING.too_late()
    for action in _AFTERWARDS:
        action()
    _exit(0)


def afterwards(action: Callable[[], None]) -> None:
    """Have `action` called when the stage has ended well and its results are safe."""
    _AFTERWARDS.append(action)


def flat(sections: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested params as "section.key" -> value."""
    leaves: dict[str, Any] = {}
    for key, value in sections.items():
        leaves |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return leaves


def series_of(epochs: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    """A training history as series over its epochs."""
    return {f"epoch/{key}": [epoch[key] for epoch in epochs] for key in (epochs[0] if epochs else ())}


def resolved(root: str) -> Path:
    """A path from params: relative ones start at the user's repository, not at a temporary copy of it."""
    return tracking.project_root() / Path(root).expanduser()


def _items(params: Params, names: tuple[str, ...]) -> list[str | int]:
    parser = argparse.ArgumentParser()
    known: dict[str, tuple[str, ...] | tuple[int, ...]] = {
        "variant": (*params.variants, *layout.RESEEDS),
        "pattern": params.mechanism.patterns,
        "method": params.finetune.methods,
        "seed": params.seeds,
        "replicate": params.curve.replicates,
        "restrict": params.restricted.kinds,
        "ends": params.plane.endpoints,
    }
    words = ("variant", "restrict", "pattern", "method", "ends")
    for name in names:
        parser.add_argument(f"--{name}", type=str if name in words else int, choices=known[name], required=True)
    given = vars(parser.parse_args())
    return [given[name] for name in names]


def _track(recorder: Recorder, params: Params, values: list[str | int], extra: dict[str, float]) -> None:
    try:
        tracker().log(recorder(params, *values), extra)
    except Exception as error:
        reason = str(error) if isinstance(error, Untracked) else f"{type(error).__name__}: {error}"
        print(f"warning: the result is safe, but was not tracked ({' '.join(reason.split())})", file=sys.stderr)


def _peak_memory_mb() -> float:
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _begun(stage: Stage, params: Params, item: dict[str, str | int]) -> tracking.Record:
    """What is known of a run before it has a result."""
    return tracking.Record(Path(inspect.getfile(stage)).stem, item, flat(params.model_dump(mode="json")))


def _end_killed(interruption: KeyboardInterrupt, begun: tracking.Record | None) -> NoReturn:
    print(interruption if isinstance(interruption, Stopped) else "interrupted", file=sys.stderr)
    if begun is not None:
        series = interruption.series if isinstance(interruption, Stopped) else {}
        tracked = Thread(target=_track_killed, args=[replace(begun, series=series)], daemon=True)
        with suppress(KeyboardInterrupt):  # told again: go at once
            tracked.start()
            tracked.join(TRACK_KILLED_SECONDS)
    _exit(STOPPING.status)


def _track_killed(record: tracking.Record) -> None:
    with suppress(Exception):  # nothing depends on it
        tracker().log(record, status="KILLED")


def _exit(status: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # all is on disk; taking torch and MLflow down in order would cost more than a second
