"""All jobs of a submission log to one server, files included; what it did not take is logged at collection, once."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.on_cluster import ended, log_of_collection, on_cluster, ours
from support.project_copy import SMALL, Project
from support.served_store import served
from support.slurm_cluster import Cluster

mlflow = pytest.importorskip("mlflow")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

STAGES = ["dataset", "endpoint@0", "swap@early-0"]
WHOLE = Counter(["study", *STAGES])


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path, port: int) -> Project:
    """A project of four stages, of which none has run, whose jobs log to a server with a password."""
    (tmp_path / "project").mkdir()
    project = Project(tmp_path / "project", SMALL | {"variants": ["early"]})
    project.keep_stages("source", "dataset", "endpoint", "swap")
    project.commit()
    on_cluster(project, cluster)
    (project.root / "cluster.yaml").write_text(yaml.safe_dump({"tracking": "jobs", "signal_seconds": 60}))
    project.more = {**project.more, "MLFLOW_TRACKING_URI": f"http://somebody:hunter2-secret@127.0.0.1:{port}"}
    return project


def runs(port: int) -> list[Any]:
    client = mlflow.MlflowClient(tracking_uri=f"http://127.0.0.1:{port}")
    experiment = client.get_experiment_by_name("mode-connectivity")
    return list(client.search_runs([experiment.experiment_id]))


def finished(port: int) -> Counter[str]:
    found = [run for run in runs(port) if run.info.status == "FINISHED"]
    return Counter("study" if run.data.tags["stage"] == "study" else run.info.run_name for run in found)


def test_jobs_log_to_one_server_with_their_files(project: Project, port: int, tmp_path: Path) -> None:
    with served(tmp_path, port):
        assert "3 stages submitted" in ours(project, "submit")
        assert set(ended(project).values()) == {"COMPLETED"}
        assert finished(port) == WHOLE
        ids = {run.info.run_id: run.data.tags["stage"] for run in runs(port)}
        assert "0 of 4 results were missing" in ours(project, "sync")
    stored = {part for file in (tmp_path / "artifacts").rglob("*") for part in file.parts}
    assert "endpoint" in {stage for run, stage in ids.items() if run in stored}
    assert not list((project.root / "mlartifacts").rglob("*"))


def test_what_a_dead_server_did_not_take_is_logged_at_collection_once(
    project: Project, port: int, tmp_path: Path
) -> None:
    with served(tmp_path, port):
        assert "3 stages submitted" in ours(project, "submit")
    assert set(ended(project).values()) == {"COMPLETED"}
    assert "3 stages collected" in log_of_collection(project)
    logs = "".join(file.read_text() for file in (project.root / ".state/slurm").rglob("*.log"))
    assert "the result is safe, but was not tracked" in logs
    assert "hunter2" not in logs
    with served(tmp_path, port):
        for _ in range(2):
            ours(project, "collect")
            assert finished(port) == WHOLE
