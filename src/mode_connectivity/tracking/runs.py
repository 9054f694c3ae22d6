"""Logs runs to MLflow; the only file that imports it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from mode_connectivity.foundations.project import project_root
from mode_connectivity.tracking.record import Record

EXPERIMENT = "mode-connectivity"
BATCH = 1000  # the most metrics that a tracking server takes in one call


def tracking_uri() -> str:
    """Return the address of the store: MLFLOW_TRACKING_URI, or else a database in the project."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{project_root() / 'mlflow.db'}"


def log(record: Record, extra: Mapping[str, float] | None = None, *, status: str = "FINISHED") -> None:
    """Log `record` as one run that ended with `status`.

    `extra` are metrics of this execution (seconds, memory), not of the result. A run that could not be logged whole is
    FAILED, and KILLED where logging was interrupted.
    """
    client, experiment = _client()
    from mlflow.entities import Metric, Param, RunTag

    tags = {"stage": record.stage, **{key: str(value) for key, value in record.item.items()}, **_provenance_tags()}
    run = client.create_run(experiment, run_name=record.name, tags=tags)
    reached = "FAILED"
    try:
        now = run.info.start_time
        points = [Metric(key, value, now, 0) for key, value in {**record.metrics, **(extra or {})}.items()]
        points += [Metric(key, float(v), now, k) for key, values in record.series.items() for k, v in enumerate(values)]
        for start in range(0, len(points), BATCH):
            client.log_batch(run.info.run_id, metrics=points[start : start + BATCH])
        params = [Param(key, str(value)) for key, value in record.params.items()]
        for start in range(0, len(params), 100):
            client.log_batch(run.info.run_id, params=params[start : start + 100])
        client.log_batch(run.info.run_id, tags=[RunTag("mlflow.source.name", f"stages/{record.stage}.py")])
        for file in record.files:
            client.log_artifact(run.info.run_id, str(file))
        reached = status
    except KeyboardInterrupt:
        reached = "KILLED"
        raise
    finally:
        client.set_terminated(run.info.run_id, reached)


def load() -> type:
    """Import MLflow, which takes seconds, and return the class of its client."""
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401  which the client would import later
    from mlflow import MlflowClient

    return MlflowClient


def initialise() -> str:
    """Make the store and the experiment before several processes could, and return the tracking URI."""
    _client()
    return tracking_uri()


def _client() -> tuple[Any, str]:
    client_class = load()
    from mlflow.exceptions import MlflowException

    uri = tracking_uri()
    client = client_class(tracking_uri=uri)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is not None:
        return client, experiment.experiment_id
    # A database of our own keeps its artifacts beside it, by absolute path: a temporary copy of the project goes away.
    location = (project_root() / "mlartifacts").as_uri() if uri.startswith("sqlite:") else None
    try:
        tags = {"mlflow.experimentKind": "custom_model_development"}  # so that the UI opens on runs, not on chats
        return client, client.create_experiment(EXPERIMENT, artifact_location=location, tags=tags)
    except MlflowException:  # another process was quicker
        return client, client.get_experiment_by_name(EXPERIMENT).experiment_id


def _provenance_tags() -> dict[str, str]:
    tags = {"python": sys.version.split()[0]}
    for tag, variable in (("dvc.stage", "DVC_STAGE"), ("dvc.experiment", "DVC_EXP_NAME")):
        if os.environ.get(variable):
            tags[tag] = os.environ[variable]
    commit = _git("rev-parse", "HEAD")
    if commit:
        tags |= {"git.commit": commit, "mlflow.source.git.commit": commit}
        tags["git.dirty"] = str(bool(_git("status", "--porcelain", "--untracked-files=no"))).lower()
    return tags


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
