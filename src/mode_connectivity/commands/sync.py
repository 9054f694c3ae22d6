"""Logs to the tracking store what it lacks: each result that lies here, up to date, and has no whole run there."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvc.repo import Repo

    from mode_connectivity.params import Params
    from mode_connectivity.tracking.record import Record

EXAMPLE = "  mode-connectivity sync"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the store is that of MLFLOW_TRACKING_URI, the results those of this workspace."""


def run(given: argparse.Namespace) -> None:
    """Log what lacks; a store that cannot be reached ends it with one line."""
    from dvc.repo import Repo

    from mode_connectivity import layout
    from mode_connectivity.params import Params
    from mode_connectivity.running.stage import execution_of
    from mode_connectivity.tracking import runs
    from mode_connectivity.tracking.secrets import without_secrets

    params = Params.load(layout.PARAMS)
    with Repo(".") as repo:
        records = list(_records(repo, params))
    try:
        logged = runs.log_missing(records, execution_of(params))
    except Exception as error:
        raise ValueError(without_secrets(f"the store cannot be reached or written: {error}")) from error
    print(f"{len(logged)} of {len(records)} results were missing and are logged now", *logged, sep="\n  ")


def _records(repo: "Repo", params: "Params") -> "Iterator[Record]":
    """Yield the record of every stage whose outputs lie here as DVC's lock file has them, the study's first."""
    from mode_connectivity.running.items import read_items

    yield import_module("mode_connectivity.stages.source").record(params)
    for stage in repo.index.graph:
        words = str(getattr(stage, "cmd", "") or "").split()
        if words[:2] != ["sh", "src/scripts/stage"] or words[2] == "source" or not _here(stage):
            continue
        items = [word.removeprefix("--") for word in words[3::2]]
        module = import_module(f"mode_connectivity.stages.{words[2]}")
        values = read_items(params, items, words[3:])
        record = module.record(params, *values)
        yield replace(record, stage=words[2], item=dict(zip(items, values, strict=True)))


def _here(stage: object) -> bool:
    """Return whether the outputs of a stage are those of the lock file, and its params those of the params file."""
    from dvc.dependency.param import ParamsDependency

    outs, deps = getattr(stage, "outs", []), getattr(stage, "deps", [])
    params = [dep for dep in deps if isinstance(dep, ParamsDependency)]
    return all(not each.status() for each in (*outs, *params))
