"""Runs reach a real store whole, and say where they come from."""

from pathlib import Path

import pytest

from mode_connectivity.tracking import runs, store
from mode_connectivity.tracking.record import Execution, Record
from mode_connectivity.tracking.store import EXPERIMENT

mlflow = pytest.importorskip("mlflow")
pytestmark = pytest.mark.filterwarnings("ignore")


def record(files: tuple[Path, ...] = ()) -> Record:
    series = {"distance/features.0": [0.0, 0.5, 1.0], "loss": [float(k) for k in range(1500)]}
    return Record("curve", {"variant": "mid", "seed": 3}, {"curve.epochs": 2}, {"barrier": 0.25}, series, files)


def test_a_run_keeps_params_series_files_and_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("DVC_STAGE", "curve@mid-3")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    figure = tmp_path / "figure.png"
    figure.write_bytes(b"png")
    store.initialise()
    runs.log(record((figure,)), Execution(metrics={"seconds": 1.5}))

    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(EXPERIMENT)
    (run,) = client.search_runs([experiment.experiment_id], "tags.stage = 'curve' and tags.variant = 'mid'")
    assert run.info.run_name == "curve@mid-3"
    assert run.info.status == "FINISHED"
    assert run.data.params == {"curve.epochs": "2"}
    assert run.data.metrics["barrier"] == 0.25
    assert run.data.metrics["seconds"] == 1.5
    assert run.data.tags["seed"] == "3"
    assert run.data.tags["dvc.stage"] == "curve@mid-3"
    assert len(run.data.tags["git.commit"]) == 40
    history = client.get_metric_history(run.info.run_id, "distance/features.0")
    assert [(point.step, point.value) for point in history] == [(0, 0.0), (1, 0.5), (2, 1.0)]
    assert len(client.get_metric_history(run.info.run_id, "loss")) == 1500
    stored = Path(run.info.artifact_uri.removeprefix("file://")) / "figure.png"
    assert stored.is_relative_to(tmp_path / "mlartifacts")
    assert stored.read_bytes() == b"png"


def test_a_missing_figure_fails_the_run_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'own.db'}")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    with pytest.raises(OSError, match=r"nowhere.png"):
        runs.log(record((tmp_path / "nowhere.png",)))
    client = mlflow.MlflowClient(tracking_uri=store.tracking_uri())
    (run,) = client.search_runs([client.get_experiment_by_name(EXPERIMENT).experiment_id])
    assert run.info.status == "FAILED"


def test_names_follow_those_of_dvc() -> None:
    assert record().name == "curve@mid-3"
    assert Record("report", {}, {}).name == "report"
