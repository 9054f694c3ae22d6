"""Logs runs to the store: one for each result, flat, with the tags by which they are found and grouped."""

import os
import time
from collections.abc import Iterable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from mode_connectivity.params import Params
from mode_connectivity.tracking.origin import provenance_tags, study_name
from mode_connectivity.tracking.record import Execution, Record
from mode_connectivity.tracking.store import connect, ready

BATCH, PARAMS = 1000, 100  # the most metrics, and params, that a tracking server takes in one call
LIMIT = "MODE_CONNECTIVITY_TRACKING_SECONDS"
SECONDS = 14.0  # that a store may take for one run


class Untracked(RuntimeError):
    """Says why a run was not logged whole."""


def execution_of(params: Params) -> Execution:
    """Return what is known of an execution of any stage of `params` before it begins."""
    return Execution(study=study_name(params.model_dump(mode="json")), data=params.dataset.source)


def log_in_time(record: Record, execution: Execution) -> None:
    """Log `record` as `log` does, unless the store takes too long.

    Importing MLflow and making a store of our own is not the store's time.

    Raises:
        Untracked: the store did not take it in time.
    """
    ready()
    limit = float(os.environ.get(LIMIT) or SECONDS)
    answer: SimpleQueue[Exception | None] = SimpleQueue()
    Thread(target=lambda: answer.put(_error_of(record, execution)), daemon=True).start()
    try:
        error = answer.get(timeout=limit)
    except Empty:
        raise Untracked(f"the store did not take it within {limit:g} s; make sync logs it later") from None
    if error is not None:
        raise error


def _error_of(record: Record, execution: Execution) -> Exception | None:
    try:
        log(record, execution)
    except Exception as error:
        return error
    return None


def log(record: Record, execution: Execution | None = None, tags: Mapping[str, str] | None = None) -> None:
    """Log `record` as one run. One that could not be logged whole is FAILED."""
    client, experiment = connect()
    execution = execution or Execution()
    begun = round(1000 * (execution.started or time.time()))
    ended = begun + round(1000 * (execution.seconds or 0))
    all_tags = _tags(record, execution) | dict(tags or {})
    run = client.create_run(experiment, start_time=begun, run_name=record.name, tags=all_tags)
    run_id, reached = run.info.run_id, "FAILED"
    try:
        _log_values(client, run_id, record, execution.metrics, begun)
        _log_data(client, run_id, record, execution.data)
        for file in record.files:
            client.log_artifact(run_id, str(file))
        reached = "FINISHED"
    finally:
        client.set_terminated(run_id, reached, ended)


def _tags(record: Record, execution: Execution) -> dict[str, str]:
    tags = {"stage": record.stage, **{key: str(value) for key, value in record.item.items()}, **provenance_tags()}
    tags |= {"study": execution.study, "result": record.key, "mlflow.source.name": f"stages/{record.stage}.py"}
    return tags | ({"mlflow.note.content": record.answer} if record.answer else {})


def _log_values(client: Any, run_id: str, record: Record, extra: Mapping[str, float], now: int) -> None:
    """Log metrics, series and params of `record` in as few calls as a server allows."""
    from mlflow.entities import Metric, Param

    points = [Metric(key, value, now, 0) for key, value in {**record.metrics, **extra}.items()]
    points += [Metric(key, float(v), now, k) for key, values in record.series.items() for k, v in enumerate(values)]
    for start in range(0, len(points), BATCH):
        client.log_batch(run_id, metrics=points[start : start + BATCH])
    params = [Param(key, str(value)) for key, value in record.params.items()]
    for start in range(0, len(params), PARAMS):
        client.log_batch(run_id, params=params[start : start + PARAMS])


def _log_data(client: Any, run_id: str, record: Record, name: str) -> None:
    """Log the data set of `record` as the run's input: its name, and as digest the first digits of its hash."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    if not name or not record.data_sha256:
        return
    cues = any(key.startswith("cue") for key in record.params)
    data = Dataset(f"{name} with cues" if cues else name, record.data_sha256[:16], "local", "{}")
    client.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])


def log_missing(records: Iterable[Record], execution: Execution) -> list[str]:
    """Log each record that has no whole run; return their names. What broke off while it was logged is replaced."""
    client, experiment = connect()
    known, logged = _logged_keys(client, experiment), []
    for record in records:
        if record.key in known:
            continue
        for broken in client.search_runs([experiment], f"tags.result = '{record.key}'"):
            client.delete_run(broken.info.run_id)
        log(record, execution, {"logged.by": "sync"})
        logged.append(record.name)
        known.add(record.key)
    return logged


def _logged_keys(client: Any, experiment: str) -> set[str]:
    """Return the keys of all results that have a whole run."""
    keys, token = set(), None
    while True:
        page = client.search_runs([experiment], "attributes.status = 'FINISHED'", max_results=1000, page_token=token)
        keys |= {run.data.tags["result"] for run in page if "result" in run.data.tags}
        if not (token := page.token):
            return keys


def address_of_runs(base: str) -> str:
    """Return the address, below `base`, of the table of our runs."""
    return f"{base}/#/experiments/{connect()[1]}"
