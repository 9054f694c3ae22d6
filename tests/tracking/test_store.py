"""The life of the project's own store: made whole or not at all, and of this folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mode_connectivity.tracking import store
from mode_connectivity.tracking.record import Record
from mode_connectivity.tracking.runs import log
from support.code_imports import SRC

mlflow = pytest.importorskip("mlflow")
pytestmark = pytest.mark.filterwarnings("ignore")

LOG = """
import sys
from mode_connectivity.tracking.record import Execution, Record
from mode_connectivity.tracking.runs import log_in_time
log_in_time(Record("swap", {"seed": int(sys.argv[1])}), Execution())
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "project"))
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


@pytest.mark.slow
def test_stages_that_find_none_at_once_make_one_store_and_lose_no_run(project: Path) -> None:
    words = [sys.executable, "-W", "ignore", "-c", LOG]
    environment = os.environ | {"PYTHONPATH": str(SRC), "MODE_CONNECTIVITY_TRACKING_SECONDS": "120"}
    started = [subprocess.Popen([*words, str(seed)], env=environment, cwd=project) for seed in range(3)]
    assert [each.wait() for each in started] == [0, 0, 0]
    client, experiment = store.connect()
    assert {run.data.tags["seed"] for run in client.search_runs([experiment])} == {"0", "1", "2"}
    assert {run.info.status for run in client.search_runs([experiment])} == {"FINISHED"}
    assert [file.name for file in project.iterdir() if file.name.startswith(".mlflow")] == []


def test_making_it_that_is_cut_short_leaves_no_store(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", killed)
        with pytest.raises(KeyboardInterrupt):
            store.ready()
    assert list(project.glob("*.db")) == []
    store.ready()
    assert (project / store.DATABASE).is_file()


@pytest.mark.slow
def test_a_deleted_experiment_is_one_line_with_the_command_that_restores_it(project: Path) -> None:
    client, experiment = store.connect()
    client.delete_experiment(experiment)
    with pytest.raises(store.NoExperiment, match="the experiment mode-connectivity is deleted; ") as caught:
        store.connect()
    command = str(caught.value).partition("; ")[2]
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert store.connect()[1] == experiment


def test_the_experiment_of_the_environment_is_used(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "my project")
    log(Record("swap"))
    client, experiment = store.connect()
    assert client.get_experiment(experiment).name == "my project"
    assert len(client.search_runs([experiment])) == 1


@pytest.mark.slow
def test_a_moved_clone_gets_a_store_of_its_own(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.initialise()
    moved = tmp_path / "moved"
    shutil.move(project, moved)
    monkeypatch.setenv("DVC_ROOT", str(moved))
    words = [sys.executable, "-m", "mode_connectivity.tracking"]
    for again in (False, True):
        done = subprocess.run(
            words, env=os.environ | {"PYTHONPATH": str(SRC)}, capture_output=True, text=True, check=True
        )
        assert ("`make sync` fills a new one" in done.stdout) != again
    assert (moved / "mlflow.moved.db").is_file()
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{moved / store.DATABASE}")
    assert client.get_experiment_by_name(store.EXPERIMENT).artifact_location == (moved / store.ARTIFACTS).as_uri()
