"""A training that Slurm stops and queues again leaves the bytes of one that never stopped."""

import json
import time
from pathlib import Path

import pytest
import yaml

from support.on_cluster import COLLECTION, ended, jobs, on_cluster, ours
from support.project_copy import SMALL, Project
from support.slurm_cluster import Cluster

pytestmark = pytest.mark.slow

# In a job each step waits, so that no start ends before it is stopped, until so many starts have kept a state.
SLOW = """\
import os, pathlib, time
from mode_connectivity.models import build


def vgg(num_classes, width):
    if seconds := float(os.environ.get("START_UP", 0)):
        print("starts up", flush=True)
        time.sleep(seconds)
    network = build("vgg16", num_classes=num_classes, width=width)
    starts, root = int(os.environ.get("SLURM_RESTART_COUNT") or 0), pathlib.Path(os.environ.get("DVC_ROOT", "."))
    if starts < int(os.environ.get("STOPS", 0)) or not any(root.glob(".state/endpoint*/*.safetensors")):
        if "SLURM_JOB_ID" in os.environ:
            network.register_forward_pre_hook(lambda module, _: time.sleep(module.training))
    return network
"""
CHANGES = {"model.name": "slow:vgg", "variants": ["control"], "endpoint.epochs": 50}


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The stages up to an endpoint that is not trained yet, and no others."""
    project = Project(tmp_path_factory.mktemp("untrained"), SMALL | CHANGES)
    (project.root / "src/slow.py").write_text(SLOW)
    file = project.root / "dvc.yaml"
    pipeline = yaml.safe_load(file.read_text())
    pipeline["stages"] = {name: pipeline["stages"][name] for name in ("source", "dataset", "endpoint")}
    file.write_text(yaml.safe_dump(pipeline, sort_keys=False))
    project.commit()
    project.run("dvc", "repro", "-q", "dataset")
    return project


@pytest.fixture(scope="module")
def sequential(untrained: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same with the endpoint."""
    project = untrained.copied(tmp_path_factory.mktemp("sequential"))
    project.run("dvc", "repro", "-q")
    return project


class Job:
    """The job that trains; it is stopped in each of its first `stops` starts."""

    def __init__(
        self, untrained: Project, folder: Path, cluster: Cluster, stops: int, start_up: int = 0, **defaults: object
    ) -> None:
        self.project = untrained.copied(folder)
        on_cluster(self.project, cluster)
        settings = {"MODE_CONNECTIVITY_STATE_SECONDS": "0.2", "STOPS": str(stops), "START_UP": str(start_up)}
        self.project.more = dict(self.project.more) | settings
        (folder / "cluster.yaml").write_text(yaml.safe_dump(COLLECTION | {"signal_seconds": 15, "defaults": defaults}))
        ours(self.project, "submit")
        self.number = json.loads((folder / ".state/slurm/jobs.json").read_text())["endpoint@0"]

    @property
    def log(self) -> str:
        file = self.project.root / ".state/slurm/endpoint@0.log"
        return file.read_text() if file.exists() else ""

    def wait_for_state(self, start: int) -> None:
        """Wait until this start of the job has kept a state."""
        while not (f"start {start}\n" in self.log and any(self._since_its_start())):
            assert {"RUNNING", "PENDING"} & set(jobs(self.project).values()), ours(self.project, "status")
            time.sleep(0.1)

    def wait_for(self, text: str, times: int) -> None:
        """Wait until the log has this so many times."""
        while self.log.count(text) < times:
            assert {"RUNNING", "PENDING"} & set(jobs(self.project).values()), ours(self.project, "status")
            time.sleep(0.1)

    def _since_its_start(self) -> list[Path]:
        begun = float((self.project.root / ".state/slurm/endpoint@0.started").read_text())
        files = (self.project.root / ".state").glob("*/*.safetensors")
        return [file for file in files if file.stat().st_mtime > begun]

    def check(self, sequential: Project, resumed: int) -> None:
        """It has ended well, has gone on from a state so many times, and has the bytes of the sequential run."""
        assert set(ended(self.project).values()) == {"COMPLETED"}, ours(self.project, "status")
        assert self.log.count("goes on after epoch") == self.log.count("stopped endpoint-seed0 after epoch") == resumed
        assert self.project.outputs() == sequential.outputs()
        assert (self.project.root / "dvc.lock").read_bytes() == (sequential.root / "dvc.lock").read_bytes()


def test_a_training_that_is_told_to_stop_and_queued_again(
    cluster: Cluster, untrained: Project, sequential: Project, tmp_path: Path
) -> None:
    """Once by the signal that Slurm sends ahead of a limit, once by Slurm itself, as at a preemption."""
    job = Job(untrained, tmp_path / "project", cluster, stops=2)
    job.wait_for_state(1)
    job.project.run("scancel", "--signal=USR1", "--batch", job.number)
    job.wait_for_state(2)
    job.project.run("scontrol", "requeue", job.number)
    job.check(sequential, resumed=2)


@pytest.mark.parametrize(
    "partition",
    [
        "p",  # Slurm ends the job and queues it again itself
        "patient",  # the job is told ahead, by the signal that comes before a time limit as well
        "cancelled",  # Slurm ends the job for good, and the job queues itself again
    ],
)
def test_a_training_that_gives_way_to_a_job_of_more_priority(
    cluster: Cluster, untrained: Project, sequential: Project, tmp_path: Path, partition: str
) -> None:
    job = Job(untrained, tmp_path / "project", cluster, stops=1, partition=partition)
    job.wait_for_state(1)
    urgent = ("--partition=urgent", "--nodes=2", "--exclusive", "--output=/dev/null", "--wrap=true")
    cluster.run("sbatch", "--wait", *urgent, check=True)
    job.check(sequential, resumed=1)


def test_a_training_that_meets_its_time_limit(
    cluster: Cluster, untrained: Project, sequential: Project, tmp_path: Path
) -> None:
    """A limit of a minute; Slurm looks at limits every half minute, and sends the signal up to that much earlier."""
    job = Job(untrained, tmp_path / "project", cluster, stops=1, time=1)
    job.check(sequential, resumed=1)


def test_a_time_limit_below_the_start_up_is_named_after_three_starts(
    cluster: Cluster, untrained: Project, tmp_path: Path
) -> None:
    job = Job(untrained, tmp_path / "project", cluster, stops=0, start_up=600, time=30)
    for start in (1, 2, 3):
        job.wait_for("starts up\n", times=start)
        job.project.run("scancel", "--signal=USR1", "--batch", job.number)
    assert ended(job.project)["endpoint@0"] == "FAILED"
    line = "cluster.yaml: stages.endpoint.time: endpoint@0 met its limit of 00:30:00 in 3 starts"
    assert line in ours(job.project, "status")
    assert job.log.count("endpoint@0 on ") == 3
