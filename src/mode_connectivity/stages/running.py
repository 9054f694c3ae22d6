"""How every stage runs: params are checked, the work is done, and only then is it tracked."""

import argparse
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from mode_connectivity import layout, tracking
from mode_connectivity.params import Params

Stage = Callable[..., None]
Recorder = Callable[..., tracking.Record]

TRACEBACK = "MODE_CONNECTIVITY_TRACEBACK"


def run(stage: Stage, recorder: Recorder | None = None, *items: str) -> None:
    """Run `stage(params, *items)`, then log `recorder(params, *items)`; the process exits with a status.

    What a person can mend (params, files, a full disk) is one line on standard error and status 1. A result that
    could not be tracked is still a result: one line, status 0.
    """
    signal.signal(signal.SIGTERM, _stop)
    try:
        params = Params.load(layout.PARAMS)
        values = _items(params, items)
        if recorder is not None:
            tracking.preload()
        started = time.perf_counter()
        stage(params, *values)
        seconds = time.perf_counter() - started
    except (ValueError, OSError) as error:
        if os.environ.get(TRACEBACK):
            raise
        sys.exit(f"error: {' '.join(str(error).split())}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
    if recorder is not None:
        _track(recorder, params, values, {"seconds": seconds, "peak_memory_mb": _peak_memory_mb()})
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # all is on disk; taking torch and MLflow down in order would cost more than a second


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
    known: dict[str, tuple[str | int, ...]] = {
        "variant": (*params.variants, *layout.RESEEDS),
        "pattern": params.mechanism.patterns,
        "method": params.finetune.methods,
        "seed": params.seeds,
    }
    for name in names:
        choices = known[name]
        parser.add_argument(f"--{name}", type=type(choices[0]), choices=choices, required=True)
    given = vars(parser.parse_args())
    return [given[name] for name in names]


def _track(recorder: Recorder, params: Params, values: list[str | int], extra: dict[str, float]) -> None:
    try:
        tracking.log(recorder(params, *values), extra)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        print(f"warning: the result is safe, but was not tracked ({type(error).__name__}: {reason})", file=sys.stderr)


def _peak_memory_mb() -> float:
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
