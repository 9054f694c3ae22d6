"""Runs a stage: checks its params, does its work, and tracks the result once it is safe on disk."""

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.secrets import without_secrets
from mode_connectivity.foundations.stopping import STOPPING, Stopped, complete
from mode_connectivity.params import Params
from mode_connectivity.stages.errors import in_one_line
from mode_connectivity.tracking.record import Execution, Record
from mode_connectivity.tracking.runs import execution_of, log_in_time

Item = dict[str, str | int]

UNTRACKED = "MODE_CONNECTIVITY_UNTRACKED"


def run(name: str, words: Sequence[str]) -> NoReturn:
    """Run the `main` of a stage, then log what its `record` says, if it has one; the process exits with a status.

    `words` are the stage's item, such as `--variant mid --seed 0`. What a person can mend (params, files, a full disk)
    is one line on standard error and status 1. A result that could not be tracked is still a result: one line, status
    0. A signal to stop is one line and a status of its own.
    """
    STOPPING.install()
    try:
        with in_one_line():
            stage = stage_named(name)
            params = Params.load(layout.PARAMS)
            item = read_items(params, words)
            begun, started = time.time(), time.perf_counter()
            stage.main(params, *item.values())
            seconds = time.perf_counter() - started
            if hasattr(stage, "record") and not os.environ.get(UNTRACKED):
                metrics = {"seconds": seconds, "peak_memory_mb": _peak_memory_mb()}
                execution = replace(execution_of(params), started=begun, seconds=seconds, metrics=metrics)
                _track(lambda: record_of(name, params, item), execution)
    except KeyboardInterrupt as interruption:
        print(interruption if isinstance(interruption, Stopped) else "interrupted", file=sys.stderr)
        _exit(STOPPING.status)
    STOPPING.too_late()
    complete()
    _exit(0)


def stage_named(name: str) -> Any:
    """Return the module of a stage.

    Raises:
        ValueError: there is none of this name.
    """
    if not (Path(__file__).with_name(f"{name}.py")).is_file():
        raise ValueError(f"{name}: there is no such stage")
    return import_module(f"mode_connectivity.stages.{name}")


def record_of(name: str, params: Params, item: Item) -> Record:
    """Return what a stage's `record` reads from its outputs, with the name of the stage and its item."""
    record: Record = stage_named(name).record(params, *item.values())
    return replace(record, stage=name, item=item)


def read_items(params: Params, words: Sequence[str]) -> Item:
    """Return the item of a stage's matrix that `words` name; one that the params do not list is a usage error."""
    known = _known_items(params)
    parser = argparse.ArgumentParser()
    for name in (word.removeprefix("--") for word in words if word.startswith("--")):
        if name not in known:
            parser.error(f"--{name}: no item of a stage")
        kind = int if name == "seed" else str
        parser.add_argument(f"--{name}", type=kind, choices=known[name], required=True)
    return vars(parser.parse_args(words))


def _known_items(params: Params) -> Mapping[str, Sequence[str | int]]:
    return {
        "variant": params.variants,
        "pattern": params.mechanism.patterns,
        "method": params.finetune.methods,
        "seed": (*params.seeds, *params.cue_endpoint.seeds),
        "of": params.plane.of,
    }


def _track(read: Callable[[], Record], execution: Execution) -> None:
    try:
        log_in_time(read(), execution)
    except Exception as error:
        reason = " ".join(without_secrets(f"{type(error).__name__}: {error}").split())[:300]
        print(f"warning: the result is safe, but was not tracked ({reason})", file=sys.stderr)


def _peak_memory_mb() -> float:
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _exit(status: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # all is on disk; taking torch and MLflow down in order would cost more than a second
