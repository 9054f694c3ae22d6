"""Stages run as jobs of a real Slurm leave in the main workspace what a sequential run leaves."""

import re
import shutil
import time
from pathlib import Path

import pytest
import yaml

from mode_connectivity.executors.lock_entries import read_entries
from support.cheap_graph import CheapProject
from support.on_cluster import COLLECTION, ended, jobs, log_of_collection, on_cluster, ours
from support.slurm_cluster import Cluster

pytestmark = pytest.mark.slow


@pytest.fixture
def project(cluster: Cluster, cheap: CheapProject, tmp_path: Path) -> CheapProject:
    """The same without results."""
    shutil.copytree(cheap.root, tmp_path / "project", symlinks=True)
    copy = CheapProject.at(tmp_path / "project")
    copy.forget()
    on_cluster(copy, cluster)
    return copy


@pytest.mark.parametrize("lock", [False, True])
def test_a_graph_on_two_nodes_is_that_of_a_sequential_run(
    cheap: CheapProject, project: CheapProject, lock: bool
) -> None:
    """Also where the lock file is there and no result is, as in a fresh clone."""
    if lock:
        shutil.copy(cheap.lock, project.lock)
    assert "7 stages submitted" in ours(project, "submit")
    states = ended(project)
    assert len(states) == 8
    assert set(states.values()) == {"COMPLETED"}, ours(project, "status")
    assert project.lock.read_bytes() == cheap.lock.read_bytes()
    assert project.outputs() == cheap.outputs()
    assert "7 done" in ours(project, "status")
    assert project.run("dvc", "status").stdout.split() == ["source:", "always", "changed"]
    assert not list((project.root / ".state/slurm/trees").iterdir())
    assert "up to date" in ours(project, "submit")


def test_a_failed_stage_cancels_what_needs_it_and_a_second_submission_runs_the_rest(
    cheap: CheapProject, project: CheapProject
) -> None:
    project.set_command(
        "second", "[ ${item.k} = 1 ] || { echo told; exit 3; }; cp models/first-1.txt models/second-1.txt"
    )
    project.commit()
    ours(project, "submit")
    states = ended(project)
    names = {name for name, state in states.items() if state == "COMPLETED"}
    assert {"first@0", "first@1", "second@1", "third@1"} <= names
    assert states["second@0"] == "FAILED"
    assert states["third@0"] == states["report"] == "CANCELLED"
    told = ours(project, "status")
    assert re.search(r"^second@0 failed; .*second@0\.log ends:\n(  .*\n)*  told\n", told, re.MULTILINE)
    assert re.search(r"^third@0 +skipped", told, re.MULTILINE)
    assert (project.root / "models/third-1.txt").exists()  # what finished is kept
    assert "4 stages collected" in log_of_collection(project)
    project.write_stages(2)
    project.commit()
    assert "5 stages submitted" in ours(project, "submit")  # second@1 changed its command, and third@1 follows
    ended(project)
    assert read_entries(project.lock) == read_entries(cheap.lock)  # in another order: DVC too appends what ran later
    assert project.outputs() == cheap.outputs()


def test_a_person_works_in_the_workspace_meanwhile(cheap: CheapProject, project: CheapProject) -> None:
    """`dvc status`, also where this host's processes are unknown; an edit, a commit, and a report of one's own."""
    project.write_stages(2, seconds=8)
    project.commit()
    ours(project, "submit")
    while "RUNNING" not in (states := jobs(project)).values():
        assert states
        time.sleep(0.2)
    project.run("dvc", "status")
    project.run("unshare", "--pid", "--fork", "--mount-proc", "dvc", "status")
    (project.root / "src/mode_connectivity/layout.py").write_text("raise ImportError\n")
    (project.root / "reports/all.txt").write_text("mine\n")
    project.set({"dataset.seed": 1})
    project.commit()
    states = ended(project)
    assert set(states.values()) == {"COMPLETED"}
    told = log_of_collection(project)
    assert "left alone: reports/all.txt" in told
    assert re.search("^not up to date by DVC: .*source", told, re.MULTILINE)
    assert (project.root / "reports/all.txt").read_text() == "mine\n"
    for k in range(2):
        assert (project.root / f"models/third-{k}.txt").read_bytes() == (
            cheap.root / f"models/third-{k}.txt"
        ).read_bytes()


def test_a_dry_run_prints_scripts_and_submits_nothing(project: CheapProject) -> None:
    cluster = {"defaults": {"time": "01:00:00"}, "stages": {"second": {"gpus": "a100:1", "setup": ["module load x"]}}}
    (project.root / "cluster.yaml").write_text(yaml.safe_dump(COLLECTION | cluster))
    texts = ours(project, "submit", "--dry-run").split("#!/bin/sh")[1:]
    assert len(texts) == 8
    (second,) = [text for text in texts if "--job-name=second@0" in text]
    for line in ("#SBATCH --gres=gpu:a100:1", "#SBATCH --time=01:00:00", "#SBATCH --signal=B:USR1@60", "module load x"):
        assert f"\n{line}\n" in second
    assert sum("gres" in text for text in texts) == 2
    assert not jobs(project)


def test_what_jobs_could_not_see_is_refused(project: CheapProject) -> None:
    def refused() -> str:
        return ours(project, "submit", check=False)

    (project.root / "src/mode_connectivity/layout.py").write_text("# edited\n")
    assert "error: src/mode_connectivity/layout.py: not committed" in refused()
    project.run("git", "checkout", "-q", "src")
    project.set({"compute.device": "auto"})
    assert "error: params.yaml: compute.device: auto" in refused()
    project.run("git", "checkout", "-q", "params.yaml")
    (project.root / "cluster.yaml").write_text("tracking: jobs\n")
    assert "error: MLFLOW_TRACKING_URI: " in refused()
    (project.root / "cluster.yaml").write_text("stages: {secnd: {cpus: 2}}\ntracking: collection\n")
    assert "error: cluster.yaml: stages.secnd: no such stage; did you mean second?" in refused()
    (project.root / "cluster.yaml").unlink()
    assert "error: cluster.yaml: write it first" in refused()
    assert not jobs(project)
