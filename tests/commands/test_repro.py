"""Stages that run side by side leave what a sequential run leaves, and a failure stops only what needs it."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from mode_connectivity.commands.stage_graph import Stage, makefile, with_descendants
from support.cheap_graph import CheapProject, lock_of
from support.project_copy import SMALL, Project, without_results


def test_a_makefile_runs_needs_first_and_goes_on_beside_a_failure(tmp_path: Path) -> None:
    """A diamond with a failing side: the other side runs, the tip does not; what is left out is no need."""
    names = {"old": (), "base@0": ("old",), "left": ("base@0",), "right": ("base@0",), "tip": ("left", "right")}
    graph = {name: Stage("", needs) for name, needs in names.items()}
    recipe = tmp_path / "recipe.sh"
    recipe.write_text(f"echo $1 >> {tmp_path}/ran; [ $1 != left ]")
    (tmp_path / "Makefile").write_text(makefile(graph, list(graph)[1:], f"sh {recipe}"))
    done = subprocess.run(["make", "-s", "-k", "-j2", "all"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert sorted((tmp_path / "ran").read_text().split()) == ["base@0", "left", "right"]
    assert with_descendants(graph, ["right"]) == ["right", "tip"]


@pytest.fixture
def copy(cheap: CheapProject, tmp_path: Path) -> CheapProject:
    shutil.copytree(cheap.root, tmp_path / "copy", symlinks=True)
    return CheapProject.at(tmp_path / "copy")


def repro(project: Project, jobs: int, check: bool = True) -> subprocess.CompletedProcess[str]:
    return project.run("mode-connectivity", "repro", "--jobs", str(jobs), check=check)


def test_what_is_up_to_date_starts_nothing(copy: CheapProject) -> None:
    done = repro(copy, 2)
    assert "Data and pipelines are up to date." in done.stdout
    assert [line for line in done.stdout.splitlines() if " starts" in line] == ["[0/1] source starts"]


@pytest.mark.parametrize("lock", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_the_lock_file_is_that_of_a_sequential_run(cheap: CheapProject, copy: CheapProject, lock: bool) -> None:
    """As a mapping: DVC appends entries as stages end."""
    copy.forget(lock=not lock)
    done = repro(copy, 8)
    assert copy.outputs() == cheap.outputs()
    assert lock_of(copy) == lock_of(cheap)
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("[7/7] report ended (")]
    assert (
        len([line for line in lines if " starts" in line]) == len([line for line in lines if " ended (" in line]) == 8
    )


def test_a_failed_stage_stops_only_what_needs_it(copy: CheapProject) -> None:
    """What it said last is shown."""
    copy.set_command("second", "[ ${item.k} = 1 ] || { echo told; exit 3; }; cp models/first-1.txt models/second-1.txt")
    done = repro(copy, 2, check=False)
    assert done.returncode == 1
    assert "second@0 failed" in done.stdout
    assert "\ntold\n" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.splitlines() == [
        "failed or stopped: second@0",
        "not run: third@0, report; the same command goes on",
    ]
    assert "third@1 ended" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_signal_stops_the_stages_and_the_next_run_goes_on(
    cheap: CheapProject, copy: CheapProject, number: signal.Signals
) -> None:
    """Ctrl-C tells the whole group, `kill` the command alone; the entries that stand in dvc.lock stay."""
    copy.forget()
    copy.set_command("second", "sleep 600")
    process = copy.start("mode-connectivity", "repro", "--jobs", "4")
    while not sleeping(copy):
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "the same command goes on" in errors
    assert {"source", "first@0"} <= set(lock_of(copy))
    assert not sleeping(copy)
    copy.set_command("second", "sleep 0; cp models/first-${item.k}.txt models/second-${item.k}.txt")
    repro(copy, 4)
    assert copy.outputs() == cheap.outputs()


def test_a_second_run_is_refused_meanwhile(copy: CheapProject) -> None:
    copy.forget()
    copy.set_command("second", "sleep 600")
    process = copy.start("mode-connectivity", "repro", "--jobs", "4")
    while not sleeping(copy):
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    second = repro(copy, 4, check=False)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert second.returncode == 1
    line = f"error: another command (process {process.pid}) runs stages here; wait until it has ended\n"
    assert second.stderr == line


def sleeping(project: Project) -> bool:
    """Whether a command of the project still sleeps."""
    found = psutil.process_iter(["cmdline", "cwd"])
    return any(each.info["cwd"] == str(project.root) and "600" in (each.info["cmdline"] or []) for each in found)


@pytest.mark.slow
def test_it_leaves_the_bytes_of_a_sequential_run(finished_study: Project, tmp_path: Path) -> None:
    """The finished study was run by two jobs."""
    sequential = without_results(finished_study, tmp_path / "sequential", lock=False)
    repro(sequential, 1)
    assert sequential.outputs() == finished_study.outputs()
    assert lock_of(sequential) == lock_of(finished_study)


@pytest.mark.slow
def test_a_training_that_is_stopped_keeps_its_state(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", SMALL | {"endpoint.epochs": 200, "cue_endpoint.epochs": 200})
    process = project.start("mode-connectivity", "repro", "--jobs", "2", MODE_CONNECTIVITY_STATE_SECONDS="0.5")
    while not list((project.root / ".state").glob("*/*.safetensors")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert list((project.root / ".state").glob("*/*.safetensors"))
    (log,) = (project.root / ".state").glob("repro/endpoint@0.log")
    assert "the same command goes on from there" in log.read_text()
