"""However a study is run, each of its stages has one finished run."""

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.project_copy import SMALL, Project

mlflow = pytest.importorskip("mlflow")
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]

KEPT = ("source", "dataset", "endpoint", "swap")
STAGES = ["dataset", "endpoint@0", "swap@early-0", "swap@mid-0"]
DEAD = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A study of the first stages, run one after the other."""
    project = Project(tmp_path_factory.mktemp("whole"), SMALL | {"variants": ["early", "mid"]})
    project.keep_stages(*KEPT)
    project.commit()
    project.run("dvc", "repro")
    project.run("git", "add", "-A")
    project.run("git", "commit", "-qm", "results")
    return project


@pytest.fixture
def copy(whole: Project, tmp_path: Path) -> Iterator[Project]:
    """A copy of it with a new store."""
    project = whole.copied(tmp_path / "copy")
    for file in project.root.glob("mlflow.db*"):
        file.unlink()
    shutil.rmtree(project.root / ".state", ignore_errors=True)
    project.run("sh", "-c", "PYTHONPATH=src python -m mode_connectivity.tracking")  # as the set-up makes it
    yield project
    shutil.rmtree(project.root)


def forget(project: Project) -> Project:
    """The project without results, so that every stage runs again."""
    for name in (".dvc/cache", ".dvc/tmp", ".state"):
        shutil.rmtree(project.root / name, ignore_errors=True)
    for folder in ("data", "models"):
        for file in (project.root / folder).rglob("*.[sj]*"):
            file.unlink()
    return project


def runs(project: Project) -> list[Any]:
    client = mlflow.MlflowClient(tracking_uri=project.store)
    experiment = client.get_experiment_by_name("mode-connectivity")
    return list(client.search_runs([experiment.experiment_id])) if experiment else []


def finished(project: Project) -> Counter[str]:
    """The names of finished stages and how often each stands in the store."""
    return Counter(run.info.run_name for run in runs(project) if run.info.status == "FINISHED")


def tags(project: Project, tag: str) -> set[str]:
    return {run.data.tags.get(tag, "") for run in runs(project)}


def test_repro(whole: Project) -> None:
    assert finished(whole) == Counter(STAGES)
    assert tags(whole, "command") == {"dvc repro"}


def test_an_experiment(copy: Project) -> None:
    copy.run("dvc", "exp", "run", "--temp", "-n", "other", "-S", "swap.seed=7")
    assert finished(copy) == Counter(STAGES[2:])
    assert tags(copy, "study") == tags(copy, "dvc.experiment") == {"other"}
    assert tags(copy, "command") == {"dvc exp run --temp -n other -S swap.seed=7"}


def test_a_queue_of_two_workers(copy: Project) -> None:
    for name, seed in (("one", 11), ("two", 12)):
        copy.run("dvc", "exp", "run", "--queue", "-n", name, "-S", f"swap.seed={seed}")
    # The workers keep the files of the command open, and DVC's first one does not always end: so no pipe.
    start = ["dvc", "queue", "start", "-j", "2"]
    subprocess.run(
        start, cwd=copy.root, env=copy.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    for _ in range(600):
        table = copy.run("dvc", "queue", "status").stdout
        if "Queued" not in table and "Running" not in table:
            break
        time.sleep(1)
    copy.run("dvc", "queue", "stop", "--kill")
    assert table.count("Success") == 2, table
    assert finished(copy) == Counter(2 * STAGES[2:])


def test_stages_side_by_side(copy: Project) -> None:
    forget(copy).run("mode-connectivity", "repro", "--jobs", "4")
    assert tags(copy, "command") == {"mode-connectivity repro --jobs 4"}
    assert finished(copy) == Counter(STAGES)


def test_a_stage_that_was_killed(copy: Project) -> None:
    forget(copy).set({"endpoint.epochs": 60})
    process = copy.start("dvc", "repro", MODE_CONNECTIVITY_STATE_SECONDS="0.05")
    while not list((copy.root / ".state").glob("*/*.safetensors")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert finished(copy) == Counter(["dataset"])
    (copy.root / ".dvc/tmp/rwlock").unlink(missing_ok=True)
    copy.run("dvc", "repro")
    assert finished(copy) == Counter(STAGES)
    assert {run.info.status for run in runs(copy)} == {"FINISHED"}


def test_a_dead_server_and_then_what_lacks(copy: Project) -> None:
    process = forget(copy).start("dvc", "repro", MLFLOW_TRACKING_URI=DEAD)
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    assert (output + errors).count("warning: the result is safe, but was not tracked") == len(STAGES)
    assert finished(copy) == Counter()
    for _ in range(2):
        copy.run("mode-connectivity", "sync")
        assert finished(copy) == Counter(STAGES)
