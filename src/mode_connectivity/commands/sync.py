"""Logs to the tracking store what it lacks: each result that lies here, up to date, and has no whole run there."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mode_connectivity.params import Params
    from mode_connectivity.tracking.record import Record

EXAMPLE = "  mode-connectivity sync"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the store is that of MLFLOW_TRACKING_URI, the results those of this workspace."""


def run(given: argparse.Namespace) -> None:
    """Log what lacks; a store that cannot be reached ends it with one line."""
    from mode_connectivity.foundations import layout
    from mode_connectivity.foundations.secrets import without_secrets
    from mode_connectivity.params import Params
    from mode_connectivity.tracking import runs, store

    params = Params.load(layout.PARAMS)
    records = list(_records(params))
    try:
        logged = runs.log_missing(records, runs.execution_of(params))
    except store.NoExperiment:
        raise
    except Exception as error:
        raise ValueError(without_secrets(f"the store cannot be reached or written: {error}")) from error
    print(f"{len(logged)} of {len(records)} results were missing and are logged now", *logged, sep="\n  ")


def _records(params: "Params") -> "Iterator[Record]":
    """Yield the record of every stage whose outputs lie here as DVC's lock file has them."""
    from mode_connectivity.commands.stage_graph import reasons_by_stage, stage_graph
    from mode_connectivity.stages.running import read_items, record_of, stage_named

    reasons = reasons_by_stage()
    for name, stage in stage_graph().items():
        words = stage.command.split()
        if words[:2] != ["sh", "src/scripts/stage"] or not _here(reasons.get(name, [])):
            continue
        if hasattr(stage_named(words[2]), "record"):
            yield record_of(words[2], params, read_items(params, words[3:]))


def _here(reasons: list[str | dict[str, dict[str, str]]]) -> bool:
    """Return whether the outputs of a stage are those of the lock file, and its params those of the params file.

    Edited code alone does not make a result another one.
    """
    changed = {key: names for reason in reasons if isinstance(reason, dict) for key, names in reason.items()}
    return not changed.get("changed outs") and "params.yaml" not in changed.get("changed deps", {})
