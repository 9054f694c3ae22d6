"""A server that is killed while it has a stage's request costs that stage one line, and sync logs the run once."""

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mode_connectivity.tracking.runs import SECONDS
from support.project_copy import LIMIT, SMALL, Project
from support.served_store import served

pytest.importorskip("mlflow")
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]

LAST = "endpoint"
RUNS = """SELECT stage.value, runs.status FROM runs JOIN tags AS stage USING (run_uuid)
    WHERE stage.key = 'stage' AND lifecycle_stage = 'active'"""


@pytest.fixture
def project(tmp_path: Path, port: int) -> Project:
    project = Project(tmp_path / "project", SMALL)
    project.keep_stages("source", "dataset", LAST)
    project.commit()
    project.more = {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}", LIMIT: str(SECONDS)}
    return project


def logged(server: Path) -> Counter[tuple[str, str]]:
    """How often the server's store holds a run of which stage, and how it ended."""
    with closing(sqlite3.connect(f"file:{server / 'mlflow.db'}?mode=ro", uri=True)) as store:
        return Counter(store.execute(RUNS).fetchall())


def wait_until(holds: Callable[[], bool], running: Callable[[], int | None]) -> None:
    while not holds():
        assert running() is None, "the stage ended before"
        time.sleep(0.005)


def test_it_costs_a_line_and_no_run(project: Project, port: int, tmp_path: Path) -> None:
    server = tmp_path / "server"
    server.mkdir()
    untracked = project.copied(tmp_path / "untracked")
    untracked.more = {"MODE_CONNECTIVITY_UNTRACKED": "1"}
    untracked.run("dvc", "repro")
    with served(server, port) as process:
        stage = project.start("dvc", "repro")
        wait_until(lambda: (LAST, "RUNNING") in logged(server), stage.poll)
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(1)  # by now the stage waits for an answer, to a request that was read or lies there
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = stage.communicate()
    assert stage.returncode == 0, errors
    (line,) = [line for line in (output + errors).splitlines() if "not tracked" in line]
    assert line.startswith("warning: the result is safe, but was not tracked (")
    assert "Traceback" not in output + errors
    assert project.outputs() == untracked.outputs()
    assert project.stages_run("dvc", "repro") == ["source"]
    with served(server, port):
        said = [project.run("mode-connectivity", "sync").stdout.splitlines()[0] for _ in range(2)]
    assert said[0] == "1 of 2 results were missing and are logged now"
    assert said[1] != said[0]
    assert logged(server) == Counter({(name, "FINISHED"): 1 for name in ("dataset", LAST)})
