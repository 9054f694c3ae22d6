"""Stages that log to a server, and stages that log nothing before a sync, leave the same outputs and the same runs."""

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.project_copy import SMALL, Project
from support.served_store import served

mlflow = pytest.importorskip("mlflow")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

# How a run came about, not what its stage made: by whom it was logged, and what only the running process knows.
OF_THE_LOGGING = ("mlflow.parentRunId", "logged.by", "dvc.stage", "command", "mlflow.note.content")
OF_THE_PROCESS = ("seconds", "peak_memory_mb")


@contextmanager
def server(folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder.mkdir()
    with served(folder, port):
        yield f"http://127.0.0.1:{port}"


def logged(uri: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Return everything that the finished runs of a server hold, by their names; files by their digests."""
    client = mlflow.MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("mode-connectivity").experiment_id
    found: dict[str, dict[str, Any]] = {}
    for run in client.search_runs([experiment]):
        assert run.info.status == "FINISHED"
        assert run.info.run_name not in found
        files = folder / "artifacts" / experiment / run.info.run_id / "artifacts"
        found[run.info.run_name] = {
            "tags": run.data.tags,
            "params": run.data.params,
            "metrics": {
                key: [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, key)]
                for key in run.data.metrics
            },
            "data": [(each.dataset.name, each.dataset.digest) for each in run.inputs.dataset_inputs],
            "files": {
                str(path.relative_to(files)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in files.rglob("*")
                if path.is_file()
            },
        }
    return found


def of_the_result(run: dict[str, Any]) -> dict[str, Any]:
    """Return what a run holds of its stage's result."""
    tags = {key: value for key, value in run["tags"].items() if key not in OF_THE_LOGGING and key[:4] != "cpu."}
    metrics = {key: points for key, points in run["metrics"].items() if key not in OF_THE_PROCESS}
    return run | {"tags": tags, "metrics": metrics}


def test_both_leave_the_same_outputs_and_runs(tmp_path: Path) -> None:
    (tmp_path / "tracked").mkdir()
    tracked = Project(tmp_path / "tracked", SMALL | {"restricted.variants": ["mid"], "restricted.kinds": ["slices"]})
    later = tracked.copied(tmp_path / "later")
    with server(tmp_path / "first") as uri:
        tracked.more = {"MLFLOW_TRACKING_URI": uri}
        tracked.run("mode-connectivity", "repro", "--jobs", "1")
        directly = logged(uri, tmp_path / "first")
    later.more = {"MODE_CONNECTIVITY_UNTRACKED": "1"}
    later.run("mode-connectivity", "repro", "--jobs", "1")
    with server(tmp_path / "second") as uri:
        later.more = {"MLFLOW_TRACKING_URI": uri}
        said = later.run("mode-connectivity", "sync").stdout.splitlines()
        by_sync = logged(uri, tmp_path / "second")
    assert tracked.outputs() == later.outputs()
    assert (tracked.root / "dvc.lock").read_bytes() == (later.root / "dvc.lock").read_bytes()
    assert {name: of_the_result(run) for name, run in directly.items()} == {
        name: of_the_result(run) for name, run in by_sync.items()
    }
    assert said[0] == f"{len(directly)} of {len(directly)} results were missing and are logged now"
    assert sorted(line.strip() for line in said[1:]) == sorted(directly)
