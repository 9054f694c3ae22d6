"""Stages run as jobs of a real Slurm leave in the main workspace what a sequential run leaves."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support.cheap_graph import CheapProject
from support.project_copy import Project
from support.required import require
from support.slurm_cluster import Cluster, missing

pytestmark = pytest.mark.slow

COLLECTION: dict[str, object] = {"tracking": "collection", "signal_seconds": 60}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    require("slurm", missing())
    cluster = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def cheap(tmp_path_factory: pytest.TempPathFactory) -> CheapProject:
    """A project of 8 stages, run one after the other."""
    project = CheapProject(tmp_path_factory.mktemp("cheap"), columns=2)
    project.run("dvc", "repro", "-q")
    return project


@pytest.fixture
def project(cluster: Cluster, cheap: CheapProject, tmp_path: Path) -> CheapProject:
    """The same without results."""
    shutil.copytree(cheap.root, tmp_path / "project", symlinks=True)
    copy = CheapProject.at(tmp_path / "project")
    copy.forget()
    on_cluster(copy, cluster)
    return copy


def on_cluster(project: Project, cluster: Cluster) -> None:
    """Have the project's commands reach the cluster."""
    project.more = cluster.environment
    (project.root / "cluster.yaml").write_text(yaml.safe_dump(COLLECTION))


def ours(project: Project, *command: str, check: bool = True) -> str:
    done = project.run("mode-connectivity", *command, check=check)
    return done.stdout + done.stderr


def jobs(project: Project) -> dict[str, str]:
    """The states of the project's jobs, by name, the collection's included."""
    text = project.run("squeue", "--noheader", "--states=all", "--format=%Z|%j|%T").stdout
    found = [line.split("|") for line in text.splitlines()]
    return {name: state for folder, name, state in found if folder == str(project.root)}


def ended(project: Project, seconds: float = 300) -> dict[str, str]:
    """The states of its jobs once all have ended."""
    end = time.monotonic() + seconds
    while set(states := jobs(project)) and {"PENDING", "RUNNING", "COMPLETING"} & set(states.values()):
        assert time.monotonic() < end, (states, ours(project, "status", "--quick"))
        time.sleep(0.5)
    return states


def test_a_graph_on_two_nodes_is_that_of_a_sequential_run(cheap: CheapProject, project: CheapProject) -> None:
    assert "7 stages submitted" in ours(project, "submit")
    states = ended(project)
    assert len(states) == 8
    assert set(states.values()) == {"COMPLETED"}, ours(project, "status")
    assert project.lock.read_bytes() == cheap.lock.read_bytes()
    assert project.outputs() == cheap.outputs()
    assert "7 done" in ours(project, "status")
    assert project.run("dvc", "status").stdout.split() == ["source:", "always", "changed"]
    assert project.run("git", "worktree", "list").stdout.count("\n") == 1
    assert "up to date" in ours(project, "submit")
