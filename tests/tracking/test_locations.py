"""A store that came with a moved clone writes into that clone alone, whoever made the experiment."""

import shutil
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from mode_connectivity.tracking.locations import reroot

pytestmark = pytest.mark.filterwarnings("ignore")  # of MLflow's own libraries


def test_every_location_below_the_old_clone_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    monkeypatch.chdir(old)
    client = MlflowClient(f"sqlite:///{old}/mlflow.db")
    ours = client.create_experiment("ours", artifact_location=(old / "mlartifacts").as_uri())
    theirs = client.create_experiment("theirs", artifact_location=(tmp_path / "far").as_uri())
    for experiment in (ours, theirs, "0"):  # the last is MLflow's own, a path without a scheme
        client.create_run(experiment)
    shutil.move(old, new)
    assert reroot(new / "mlflow.db", "ours", (new / "mlartifacts").as_uri()) == 2
    moved = MlflowClient(f"sqlite:///{new}/mlflow.db")
    places = {each.experiment_id: each.artifact_location for each in moved.search_experiments()}
    assert places == {
        ours: (new / "mlartifacts").as_uri(),
        theirs: (tmp_path / "far").as_uri(),
        "0": str(new / "mlruns" / "0"),
    }
    runs = {run.info.experiment_id: run.info.artifact_uri for run in moved.search_runs([ours, theirs, "0"])}
    assert all(uri.startswith(places[experiment]) for experiment, uri in runs.items())
    assert reroot(new / "mlflow.db", "ours", (new / "mlartifacts").as_uri()) == 0
