"""Logs runs to MLflow; the only file that imports it."""

import os
import time
from collections.abc import Iterable, Mapping
from typing import Any

from mode_connectivity.foundations.project import project_root
from mode_connectivity.tracking.locations import reroot
from mode_connectivity.tracking.origin import provenance_tags
from mode_connectivity.tracking.record import Execution, Record
from mode_connectivity.tracking.secrets import without_secrets
from mode_connectivity.tracking.study import STUDY, adopt, begin_study, find_study, tell_study, told
from mode_connectivity.tracking.views import addresses, views

EXPERIMENT = "mode-connectivity"
DATABASE = "mlflow.db"
ARTIFACTS = "mlartifacts"
BATCH, PARAMS = 1000, 100  # the most metrics, and params, that a tracking server takes in one call
COMPARED = 12  # runs at most in the address of a comparison
BOUNDS = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
# A server makes MLflow print two addresses for each run that ends, which buries what the command itself says.
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true"}


def tracking_uri() -> str:
    """Return the address of the store: MLFLOW_TRACKING_URI, or else a database in the project."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{project_root() / DATABASE}"


def log(record: Record, execution: Execution | None = None, tags: Mapping[str, str] | None = None) -> None:
    """Log `record` as one run that ended as `execution` says, under the run of its study where there is one.

    The record of the stage that looks at the source begins the study's run. A run that could not be logged whole is
    FAILED, and KILLED where logging was interrupted.
    """
    client, experiment = connect()
    execution = execution or Execution()
    if record.stage == STUDY:
        if (run_id := begin_study(client, experiment, execution)) is not None:
            log_values(client, run_id, record, {}, round(1000 * time.time()))
            adopt(client, experiment, execution.study, run_id)
        return
    parent = find_study(client, experiment, execution.study)
    ended = _log(client, experiment, record, execution, dict(tags or {}), parent)
    if parent is not None:
        tell_study(client, parent, record, execution, ended)


def _log(client: Any, experiment: str, record: Record, execution: Execution, tags: dict[str, str], parent: Any) -> int:
    """Log one run and return when it ended, in milliseconds."""
    begun = round(1000 * (execution.started or time.time()))
    tags |= _tags(record, execution) | ({"mlflow.parentRunId": parent.info.run_id} if parent is not None else {})
    name = f"{record.name} ({execution.experiment})" if execution.experiment else record.name
    run = client.create_run(experiment, start_time=begun, run_name=name, tags=tags)
    ended = begun + round(1000 * (execution.seconds or 0))
    reached = "FAILED"
    try:
        run_id = run.info.run_id
        log_values(client, run_id, record, execution.metrics, begun)
        log_data(client, run_id, record, execution.data)
        files = _repository(run.info.artifact_uri)
        for file in record.files:
            files.log_artifact(str(file))
        reached = execution.status
    except KeyboardInterrupt:
        reached = "KILLED"
        raise
    finally:
        client.set_terminated(run.info.run_id, reached, ended)
    return ended


def _tags(record: Record, execution: Execution) -> dict[str, str]:
    tags = {"stage": record.stage, **{key: str(value) for key, value in record.item.items()}, **provenance_tags()}
    tags["mlflow.source.name"] = f"stages/{record.stage}.py"
    tags["study"] = execution.study
    return tags | ({"result": record.key} if execution.status == "FINISHED" else {})


def log_values(client: Any, run_id: str, record: Record, extra: Mapping[str, float], now: int) -> None:
    """Log metrics, series and params of `record` in as few calls as a server allows."""
    from mlflow.entities import Metric, Param

    points = [Metric(key, value, now, 0) for key, value in {**record.metrics, **extra}.items()]
    points += [Metric(key, float(v), now, k) for key, values in record.series.items() for k, v in enumerate(values)]
    for start in range(0, len(points), BATCH):
        client.log_batch(run_id, metrics=points[start : start + BATCH])
    params = [Param(key, str(value)) for key, value in record.params.items()]
    for start in range(0, len(params), PARAMS):
        client.log_batch(run_id, params=params[start : start + PARAMS])


def log_data(client: Any, run_id: str, record: Record, name: str) -> None:
    """Log the data set of `record` as the run's input: its name, and as digest the first digits of its hash."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    if not name or not record.data_sha256:
        return
    cues = any(key.startswith("cue") for key in record.params)
    data = Dataset(f"{name} with cues" if cues else name, record.data_sha256[:16], "local", "{}")
    client.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])


def _repository(location: str) -> Any:
    """Return where files of a run go. A server's own folder is reached through the server, not on this machine."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    uri = tracking_uri()
    if uri.startswith("http") and location.startswith("file:"):
        location = "mlflow-artifacts:/" + "/".join(location.rstrip("/").split("/")[-2:])
    return get_artifact_repository(location, tracking_uri=uri)


def logged_keys() -> set[str]:
    """Return the keys of all results that have a whole run."""
    client, experiment = connect()
    keys, token = set(), None
    while True:
        page = client.search_runs([experiment], "attributes.status = 'FINISHED'", max_results=1000, page_token=token)
        keys |= {run.data.tags["result"] for run in page if "result" in run.data.tags}
        if not (token := page.token):
            return keys


def log_missing(records: Iterable[Record], execution: Execution) -> list[str]:
    """Log each record that has no whole run; return their names. What broke off while it was logged is replaced."""
    client, experiment = connect()
    known, logged = logged_keys(), []
    for record in records:
        if record.stage == STUDY:
            log(record, execution)
        elif record.key in known:
            run = find_study(client, experiment, execution.study)
            if run is not None and not told(run, record):
                tell_study(client, run, record, execution, run.info.end_time)
        else:
            for broken in client.search_runs([experiment], f"tags.result = '{record.key}'"):
                client.delete_run(broken.info.run_id)
            log(record, execution, {"logged.by": "sync"})
            logged.append(record.name)
            known.add(record.key)
    return logged


def load() -> type:
    """Import MLflow, which takes seconds, and return the class of its client."""
    for variable, value in (BOUNDS | QUIET).items():
        os.environ.setdefault(variable, value)
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401  which the client would import later
    from mlflow import MlflowClient

    return MlflowClient


def artifact_location(uri: str) -> str | None:
    """Return where our experiment in the store at `uri` keeps files; None where there is no such experiment yet."""
    experiment = load()(tracking_uri=uri).get_experiment_by_name(EXPERIMENT)
    return None if experiment is None else str(experiment.artifact_location)


def where_to_look(base: str) -> dict[str, str]:
    """Return title -> address, below `base`, of the runs, and of the paths of the newest study."""
    client, experiment = connect()
    newest = client.search_runs([experiment], "tags.stage = 'analysis'", max_results=1)
    study = newest[0].data.tags.get("study", "") if newest else ""
    parent = find_study(client, experiment, study)
    for tag, state in views(study, parent.data.metrics if parent else ()).items():
        client.set_experiment_tag(experiment, tag, state)
    chosen = f"tags.stage = 'analysis' and tags.study = '{study}'"
    paths = client.search_runs([experiment], chosen, max_results=COMPARED) if study else newest
    return addresses(base, experiment, [run.info.run_id for run in paths])


def initialise() -> str:
    """Make the store and the experiment before several processes could; return the address without credentials.

    A store of our own that came here with a moved or copied clone has its locations moved as well.
    """
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        reroot(project_root() / DATABASE, EXPERIMENT, _location())
    connect()
    return without_secrets(tracking_uri())


def connect() -> tuple[Any, str]:
    """Return a client of the store and the id of our experiment, made where there is none."""
    client_class = load()
    from mlflow.exceptions import MlflowException

    uri = tracking_uri()
    client = client_class(tracking_uri=uri)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is not None:
        return client, experiment.experiment_id
    # A database keeps files beside our own, by absolute path: a temporary copy of the project goes away. A server
    # decides for itself.
    location = None if uri.startswith("http") else _location()
    try:
        tags = {"mlflow.experimentKind": "custom_model_development"}  # so that the UI opens on runs, not on chats
        return client, client.create_experiment(EXPERIMENT, artifact_location=location, tags=tags)
    except MlflowException:  # another process was quicker
        return client, client.get_experiment_by_name(EXPERIMENT).experiment_id


def _location() -> str:
    return (project_root() / ARTIFACTS).as_uri()
