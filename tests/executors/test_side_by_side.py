"""Stages that run side by side leave what a sequential run leaves, and a failure stops only what needs it."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from mode_connectivity.executors.graph import part_of
from mode_connectivity.executors.lock_order import entries_of
from mode_connectivity.executors.makefile import makefile
from support.project_copy import FINISHED, SMALL, Project


def test_a_makefile_runs_needs_first_and_goes_on_beside_a_failure(tmp_path: Path) -> None:
    """A diamond with a failing side: the other side runs, the tip does not."""
    graph = {"base@0": [], "left": ["base@0"], "right": ["base@0"], "tip": ["left", "right"]}
    recipe = tmp_path / "recipe.sh"
    recipe.write_text(f"echo $3 >> {tmp_path}/ran; [ $3 != left ]")
    text = makefile(part_of(graph, list(graph)), tmp_path / "records", f"sh {recipe}")
    (tmp_path / "Makefile").write_text(text)
    done = subprocess.run(["make", "-s", "-k", "-j2", "all"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert sorted((tmp_path / "ran").read_text().split()) == ["base@0", "left", "right"]


def test_a_part_of_a_graph_needs_nothing_outside_it() -> None:
    graph = {"a": [], "b": ["a"], "c": ["a", "b"]}
    assert part_of(graph, ["b", "c"]) == {"b": [], "c": ["b"]}


def without_results(finished: Project, folder: Path, lock: bool) -> Project:
    """A copy with neither outputs nor DVC's cache, with or without the lock file."""
    copy = finished.copied(folder)
    for name in (".dvc/cache", ".dvc/tmp", "models", "reports", ".state"):
        shutil.rmtree(copy.root / name, ignore_errors=True)
    copy.run("git", "checkout", "--", "models", "reports")
    for file in copy.root.glob("data/*.[js]*"):
        file.unlink()
    if not lock:
        (copy.root / "dvc.lock").unlink()
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("lock", [True, False])
def test_it_leaves_the_bytes_of_a_sequential_run(finished_study: Project, tmp_path: Path, lock: bool) -> None:
    copy = without_results(finished_study, tmp_path / "copy", lock)
    done = copy.run("mode-connectivity", "repro", "--jobs", "8")
    assert copy.outputs() == finished_study.outputs()
    assert (copy.root / "dvc.lock").read_bytes() == (finished_study.root / "dvc.lock").read_bytes()
    ended = [line for line in done.stdout.splitlines() if " ended (" in line]
    assert len(ended) == len(entries_of(copy.root / "dvc.lock")) - 1  # all but the source
    assert "up to date" in copy.run("mode-connectivity", "repro", "--jobs", "8").stdout


def test_a_failed_stage_is_shown_and_stops_only_what_needs_it(finished_study: Project, tmp_path: Path) -> None:
    copy = finished_study.copied(tmp_path / "copy")
    copy.set(FINISHED | {"swap.pairs": 30, "mechanism_report.margin": 0.1})
    done = copy.run("mode-connectivity", "repro", "--jobs", "2", check=False)
    assert done.returncode == 1
    assert "error: swap.pairs: features.12: 30 pair(s) need 60 units" in done.stdout
    assert "failed: swap@mid-0" in done.stderr
    assert "mechanism_report ended" in done.stdout
    (skipped,) = [line for line in done.stderr.splitlines() if line.startswith("not run: ")]
    assert "analysis@mid-0" in skipped
    assert "report" in skipped
    assert "mechanism_report" not in skipped
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.slow
def test_it_stops_within_seconds_and_goes_on(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", SMALL | {"endpoint.epochs": 200, "cue_endpoint.epochs": 200})
    process = project.start("mode-connectivity", "repro", "--jobs", "2")
    while not list((project.root / ".state").glob("repro/*endpoint@0.started")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    time.sleep(5)
    told = time.monotonic()
    import os

    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert time.monotonic() - told < 15
    assert "the same command goes on" in errors
    assert list((project.root / ".state").glob("*/*.safetensors"))
    project.set({"seeds": [0]})
