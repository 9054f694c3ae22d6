"""Finds or makes the store of runs. MLflow is imported here, when it is first needed, since that takes seconds."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mode_connectivity.foundations.project import project_root
from mode_connectivity.foundations.secrets import without_secrets

EXPERIMENT = "mode-connectivity"
DATABASE = "mlflow.db"
ARTIFACTS = "mlartifacts"
SQLITE = "sqlite:///"
SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A server makes MLflow print two addresses for each run that ends, which buries what the command itself says.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


class NoExperiment(ValueError):
    """Says why the store has no experiment for our runs, and what to do."""


def tracking_uri() -> str:
    """Return the address of the store: MLFLOW_TRACKING_URI, or else a database in the project."""
    return os.environ.get("MLFLOW_TRACKING_URI") or _address(project_root() / DATABASE)


def experiment_name() -> str:
    """Return the name of the experiment that holds our runs: MLFLOW_EXPERIMENT_NAME, or else our own."""
    return os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT


def initialise() -> str:
    """Make the project's own store where there is none; return the address of the store without credentials.

    A store that came here with a moved or copied clone writes its files into the old folder. It is put aside under
    another name. Call this once in a process: MLflow keeps the file open.
    """
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        database = project_root() / DATABASE
        if database.is_file() and _came_from_elsewhere(database):
            aside = database.with_suffix(".moved.db")
            database.rename(aside)
            print(f"{DATABASE} belongs to another folder and is {aside.name} now; `make sync` fills a new one")
    ready()
    return without_secrets(tracking_uri())


def ready() -> Any:
    """Return MLflow, imported, after making the store where it is a file of SQLite that is not there yet.

    Two processes that let MLflow make the same file at once would fail each other.
    """
    mlflow, uri = _imported(), tracking_uri()
    database = Path(uri.removeprefix(SQLITE))
    if uri.startswith(SQLITE) and "?" not in uri and not database.exists() and database.parent.is_dir():
        _make(database)
    return mlflow


def connect() -> tuple[Any, str]:
    """Return a client of the store and the id of our experiment, made where there is none.

    Raises:
        NoExperiment: it was deleted.
    """
    mlflow, name = ready(), experiment_name()
    client = mlflow.MlflowClient(tracking_uri=tracking_uri())
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        with suppress(mlflow.MlflowException):  # another process was quicker
            return client, _create(client)
        experiment = client.get_experiment_by_name(name)
    if experiment is None:
        raise NoExperiment(f"the experiment {name} cannot be made")
    if experiment.lifecycle_stage == "deleted":
        again = f"mlflow experiments restore --experiment-id {experiment.experiment_id}"
        where = without_secrets(tracking_uri())
        raise NoExperiment(f"the experiment {name} is deleted; MLFLOW_TRACKING_URI={where} {again}")
    return client, experiment.experiment_id


def _imported() -> Any:
    for variable, value in SETTINGS.items():
        os.environ.setdefault(variable, value)
    import mlflow

    return mlflow


def _make(database: Path) -> None:
    """Make a store beside its place and give it its name once it is whole; that of a quicker process stays."""
    with TemporaryDirectory(prefix=".mlflow-", dir=database.parent) as folder:
        beside = Path(folder) / DATABASE
        _create(_imported().MlflowClient(tracking_uri=_address(beside)))
        try:
            os.link(beside, database)
        except OSError:
            if not database.exists():  # a disk without hard links
                beside.rename(database)


def _create(client: Any) -> str:
    # A database keeps files beside our own, by absolute path: a temporary copy of the project goes away. A server
    # decides for itself.
    location = None if tracking_uri().startswith("http") else (project_root() / ARTIFACTS).as_uri()
    tags = {"mlflow.experimentKind": "custom_model_development"}  # so that the UI opens on runs, not on chats
    created: str = client.create_experiment(experiment_name(), artifact_location=location, tags=tags)
    return created


def _came_from_elsewhere(database: Path) -> bool:
    experiment = _imported().MlflowClient(tracking_uri=_address(database)).get_experiment_by_name(EXPERIMENT)
    return experiment is not None and experiment.artifact_location != (project_root() / ARTIFACTS).as_uri()


def _address(database: Path) -> str:
    return f"{SQLITE}{database}"
