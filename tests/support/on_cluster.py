"""Runs a project's stages on the private Slurm cluster, and waits for its jobs."""

import time

import yaml

from support.project_copy import Project
from support.slurm_cluster import Cluster

COLLECTION: dict[str, object] = {"tracking": "collection", "signal_seconds": 60}


def on_cluster(project: Project, cluster: Cluster) -> None:
    """Have the project's commands reach the cluster."""
    project.more = cluster.environment
    (project.root / "cluster.yaml").write_text(yaml.safe_dump(COLLECTION))


def ours(project: Project, *command: str, check: bool = True) -> str:
    done = project.run("mode-connectivity", *command, check=check)
    return done.stdout + done.stderr


def jobs(project: Project) -> dict[str, str]:
    """The states of the project's jobs, by name, the collection's included; of two with one name, the newer's."""
    text = project.run("squeue", "--noheader", "--states=all", "--format=%Z|%i|%j|%T").stdout
    found = [line.split("|") for line in text.splitlines()]
    newest = sorted((int(number), name, state) for folder, number, name, state in found if folder == str(project.root))
    return {name: state for _, name, state in newest}


def ended(project: Project, seconds: float = 300) -> dict[str, str]:
    """The states of its jobs once all have ended."""
    end = time.monotonic() + seconds
    while set(states := jobs(project)) and {"PENDING", "RUNNING", "COMPLETING"} & set(states.values()):
        assert time.monotonic() < end, (states, ours(project, "status", "--quick"))
        time.sleep(0.5)
    return states


def log_of_collection(project: Project) -> str:
    return (project.root / ".state/slurm/collect.log").read_text()
