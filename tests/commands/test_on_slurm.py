"""Stages that a real Slurm launches leave what `dvc repro` leaves; a training that is stopped goes on to the bit."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from mode_connectivity.foundations import layout
from support.cheap_graph import CheapProject, lock_of
from support.in_process import run_stage
from support.project_copy import SMALL, Project
from support.slurm_cluster import Cluster

pytestmark = pytest.mark.slow

SRUN = "srun --quiet --ntasks=1 --cpus-per-task=1"
WORK = "src/mode_connectivity/stages/__main__.py"
# Stands for a stage in the cheap graph: writes down where it ran, and does what the graph's command would.
STAGE = """
import os, pathlib, subprocess, sys
name, k = sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else ""
pathlib.Path(".state").mkdir(exist_ok=True)
with open(".state/where.txt", "a") as file:
    file.write(f"{name} {os.environ['STAGE']} {os.environ['SLURM_JOB_ID']} {os.environ['SLURMD_NODENAME']}\\n")
if os.environ.get("FAIL") == name + k:
    print("told")
    sys.exit(3)
source, target = {"first": (None, "first"), "second": ("first", "second"), "third": ("second", "third")}[name]
text = f"{k}\\n" if source is None else pathlib.Path(f"models/{source}-{k}.txt").read_text()
pathlib.Path(f"models/{target}-{k}.txt").write_text(text)
"""


@pytest.fixture
def project(cluster: Cluster, cheap: CheapProject, tmp_path: Path) -> CheapProject:
    """The cheap project without results, whose columns go through the launcher of stages."""
    shutil.copytree(cheap.root, tmp_path / "project", symlinks=True)
    copy = CheapProject.at(tmp_path / "project")
    copy.forget()
    for name in ("first", "second", "third"):
        copy.set_command(name, f"sh src/scripts/stage {name} --k ${{item.k}}")
    (copy.root / WORK).write_text(STAGE)
    copy.commit()
    copy.more = cluster.environment | {"LAUNCH": SRUN}
    return copy


def where(project: Project) -> list[list[str]]:
    return [line.split() for line in (project.root / ".state/where.txt").read_text().splitlines()]


def test_each_stage_is_a_job_on_either_node_and_the_results_are_the_same(
    cheap: CheapProject, project: CheapProject
) -> None:
    done = project.run("mode-connectivity", "repro", "--jobs", "4")
    assert "[7/7] report ended" in done.stdout
    assert project.outputs() == cheap.outputs()
    ran = where(project)
    assert len(ran) == len({job for _, _, job, _ in ran}) == 6
    assert all(name == told for name, told, _, _ in ran)
    assert lock_of(project).keys() == lock_of(cheap).keys()
    assert not list((project.root / ".state").glob("launched*"))


def test_inside_an_allocation_each_stage_is_a_step(cheap: CheapProject, project: CheapProject) -> None:
    project.more = dict(project.more) | {"LAUNCH": f"{SRUN} --exact"}
    project.run("salloc", "--quiet", "--nodes=2", "--ntasks=4", "mode-connectivity", "repro", "--jobs", "4")
    assert project.outputs() == cheap.outputs()
    ran = where(project)
    assert len({job for _, _, job, _ in ran}) == 1
    assert len(ran) == 6


def test_a_failing_stage_stops_what_needs_it(project: CheapProject) -> None:
    project.more = dict(project.more) | {"FAIL": "second0"}
    done = project.run("mode-connectivity", "repro", "--jobs", "4", check=False)
    assert done.returncode == 1
    assert "told" in done.stdout
    assert "not run: third@0, report" in done.stderr
    assert (project.root / "models/third-1.txt").exists()


def test_a_script_chooses_by_the_name_of_the_stage(project: CheapProject) -> None:
    choose = project.root / "choose"
    choose.write_text(f'#!/bin/sh\n[ "$STAGE" = second ] && exec {SRUN} -w n2 "$@"\nexec {SRUN} -w n1 "$@"\n')
    project.more = dict(project.more) | {"LAUNCH": f"sh {choose}"}
    project.run("mode-connectivity", "repro", "--jobs", "4")
    assert {(name, node) for name, _, _, node in where(project)} == {("first", "n1"), ("second", "n2"), ("third", "n1")}


TRAINING = SMALL | {"model.batch_norm": True, "model.dropout": 0.3, "endpoint.epochs": 60}
OFTEN = {"MODE_CONNECTIVITY_STATE_SECONDS": "0.2"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with an endpoint that was trained without an interruption."""
    project = Project(tmp_path_factory.mktemp("trained"), TRAINING)
    project.keep_stages("source", "dataset", "endpoint")
    project.commit()
    for stage in ("source", "dataset", "endpoint --seed 0"):
        run_stage(project, stage)
    return project


@pytest.fixture
def trained(whole: Project, cluster: Cluster, tmp_path: Path) -> Project:
    """A copy of it."""
    copy = whole.copied(tmp_path / "copy")
    copy.more = cluster.environment | OFTEN | {"MODE_CONNECTIVITY_UNTRACKED": "1"}
    return copy


@pytest.mark.parametrize("how", ["Ctrl-C", "kill", "scancel"])
def test_a_training_that_is_stopped_goes_on_to_the_same_bits(trained: Project, how: str, cluster: Cluster) -> None:
    path = trained.root / layout.endpoint(0)
    files = [path, layout.history(path)]
    whole = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    process = trained.start("mode-connectivity", "repro", "--jobs", "2", LAUNCH=SRUN)
    while not list((trained.root / ".state").glob("endpoint*/*.safetensors")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    if how == "Ctrl-C":
        os.killpg(process.pid, signal.SIGINT)
    elif how == "kill":
        process.terminate()
    else:
        (job,) = cluster.run("squeue", "--noheader", "--format=%i").split()
        cluster.run("scancel", "--signal=TERM", f"{job}.0")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "; the same command goes on from there" in output
    assert not path.exists()
    done = trained.run("sh", "-c", f"LAUNCH='{SRUN}' mode-connectivity repro --jobs 2")
    assert "goes on after epoch" in (trained.root / ".state/repro/endpoint@0.log").read_text(), done.stdout
    assert [file.read_bytes() for file in files] == whole


def test_a_signal_to_a_job_that_still_waits_takes_it_out_of_the_queue(project: CheapProject, cluster: Cluster) -> None:
    project.more = dict(project.more) | {"LAUNCH": f"{SRUN} --begin=now+1hour"}
    process = subprocess.Popen(
        ["sh", "src/scripts/stage", "first", "--k", "0"], cwd=project.root, env=project.environment
    )
    while not cluster.run("squeue", "--noheader").strip():
        assert process.poll() is None
        time.sleep(0.2)
    process.terminate()
    assert process.wait(30) != 0
    time.sleep(1)
    assert not cluster.run("squeue", "--noheader").strip()
