"""A stage that is stopped, killed or out of disk ends, when it is run again, with the bytes of one that never was."""

import os
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from mode_connectivity.foundations import layout
from mode_connectivity.tracking.store import initialise
from support.in_process import run_stage
from support.project_copy import SMALL, Project

LONG = {
    "variants": ["mid"],
    "model.batch_norm": True,
    "model.dropout": 0.3,
    "swap.verify": "off",
    "endpoint.epochs": 25,
    "curve.epochs": 25,
    "curve.learning_rate": 0.01,
}
CURVE = "curve --variant mid --seed 0"
RUN_CURVE = ("sh", "src/scripts/stage", *CURVE.split())
OFTEN = {"MODE_CONNECTIVITY_STATE_SECONDS": "0.05"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A study whose curve was trained without an interruption."""
    project = Project(tmp_path_factory.mktemp("finished"), SMALL | LONG)
    for stage in ("source", "dataset", "endpoint --seed 0", "swap --variant mid --seed 0", CURVE):
        run_stage(project, stage)
    assert not states(project)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(action="ignore"):
        patch.setenv("MLFLOW_TRACKING_URI", project.store)
        patch.setenv("DVC_ROOT", str(project.root))
        initialise()  # as the set-up does: a run that is stopped has ten seconds to be logged
    return project


@pytest.fixture
def study(finished: Project, tmp_path: Path) -> Iterator[Project]:
    """A copy of it that lacks the curve."""
    copy = finished.copied(tmp_path)
    for file in curve_files(copy):
        file.unlink()
    yield copy
    shutil.rmtree(tmp_path)


def curve_files(project: Project) -> list[Path]:
    path = project.root / layout.curve("mid", 0)
    return [path, layout.history(path)]


def states(project: Project) -> list[Path]:
    """The kept states, newest first."""
    files = (project.root / ".state").glob("*/*.safetensors")
    return sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True)


def interrupt(project: Project, number: signal.Signals, *command: str, kept: int = 1) -> tuple[int, str, float]:
    """Send the signal to the command's group once it has kept `kept` states: its status, errors, seconds to its end."""
    begun, seen = time.time_ns(), set[int]()
    process = project.start(*command, **OFTEN)
    while len(seen) < kept:
        assert process.poll() is None, process.communicate()
        seen |= {written for file in states(project) if (written := file.stat().st_mtime_ns) > begun}
        time.sleep(0.01)
    started = time.monotonic()
    os.killpg(process.pid, number)
    _, errors = process.communicate()
    return process.returncode, errors, time.monotonic() - started


def goes_on_to_the_same(study: Project, finished: Project, *command: str) -> subprocess.CompletedProcess[str]:
    done = study.run(*command)
    assert [file.read_bytes() for file in curve_files(study)] == [file.read_bytes() for file in curve_files(finished)]
    assert not states(study)
    return done


def test_stopped_within_seconds_and_then_the_same_bytes(study: Project, finished: Project) -> None:
    status, errors, seconds = interrupt(study, signal.SIGTERM, *RUN_CURVE)
    assert status == 128 + signal.SIGTERM
    assert seconds < 20
    (line,) = [line for line in errors.splitlines() if "curve-mid-seed0" in line]
    assert line.startswith("stopped curve-mid-seed0 after epoch ")
    assert line.endswith("; the same command goes on from there")
    assert "Traceback" not in errors
    assert not any(file.exists() for file in curve_files(study))
    epoch = int(line.split("after epoch ")[1].split()[0])
    done = goes_on_to_the_same(study, finished, *RUN_CURVE)
    assert f"curve-mid-seed0: goes on after epoch {epoch}" in done.stdout


def test_killed_with_a_newest_state_cut_short_and_then_the_same_bytes(study: Project, finished: Project) -> None:
    assert interrupt(study, signal.SIGKILL, *RUN_CURVE, kept=2)[0] == -signal.SIGKILL
    newest, _ = states(study)
    newest.write_bytes(newest.read_bytes()[:-100])
    done = goes_on_to_the_same(study, finished, *RUN_CURVE)
    assert "goes on after" in done.stdout
    assert "warning: curve-mid-seed0: one of its states is not used" in done.stderr


@pytest.mark.slow
def test_killed_again_and_again_and_then_the_same_bytes(study: Project, finished: Project) -> None:
    for _ in range(3):
        interrupt(study, signal.SIGKILL, *RUN_CURVE, kept=2)
    assert "goes on after" in goes_on_to_the_same(study, finished, *RUN_CURVE).stdout


@pytest.mark.slow
def test_a_state_of_other_params_is_left_alone(study: Project, finished: Project) -> None:
    study.set({"curve.learning_rate": 0.02})
    interrupt(study, signal.SIGTERM, *RUN_CURVE)
    (other,) = {file.parent for file in states(study)}
    study.set({"curve.learning_rate": 0.01})
    done = study.run(*RUN_CURVE)
    assert "goes on" not in done.stdout
    assert [file.read_bytes() for file in curve_files(study)] == [file.read_bytes() for file in curve_files(finished)]
    assert {file.parent for file in states(study)} == {other}


@pytest.mark.slow
def test_the_pipeline_goes_on_with_an_endpoint_that_was_stopped(study: Project, finished: Project) -> None:
    """The whole group is told, dvc and the stage; running statistics and dropout are part of the state."""
    for path in (layout.endpoint(0), layout.history(layout.endpoint(0))):
        (study.root / path).unlink()
    study.run("sh", "-c", "rm -rf .dvc/cache/runs .dvc/tmp && git checkout -q dvc.lock 2>/dev/null || rm -f dvc.lock")
    status, _, _ = interrupt(study, signal.SIGTERM, "dvc", "repro", "endpoint", kept=2)
    assert status != 0
    study.run("dvc", "repro", "endpoint")
    for path in (layout.endpoint(0), layout.history(layout.endpoint(0))):
        assert (study.root / path).read_bytes() == (finished.root / path).read_bytes()
    assert not states(study)


@pytest.mark.slow
def test_a_twin_that_was_killed_has_the_same_bytes(study: Project) -> None:
    study.set({"variants": ["control", "mid", "reseed"]})
    twin = ("sh", "src/scripts/stage", "swap", "--variant", "reseed", "--seed", "0")
    study.run(*twin)
    file = study.root / layout.swapped("reseed", 0)
    uninterrupted = file.read_bytes()
    file.unlink()
    interrupt(study, signal.SIGKILL, *twin, kept=2)
    assert "twin-reseed-seed0: goes on after" in study.run(*twin).stdout
    assert file.read_bytes() == uninterrupted
    assert not states(study)


@pytest.mark.slow
def test_no_room_for_the_state_is_one_warning_and_the_same_bytes(study: Project, finished: Project) -> None:
    """A limit on the size of a file stands for the disk: the bend fits, its state with the momentum does not."""
    blocks = curve_files(finished)[0].stat().st_size * 3 // 2 // 512
    command = f"ulimit -f {blocks} && exec {' '.join(RUN_CURVE)}"
    process = study.start("sh", "-c", command, **OFTEN, MLFLOW_TRACKING_URI="http://127.0.0.1:9")
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert len([line for line in errors.splitlines() if "its state could not be kept, training goes on" in line]) == 1
    assert [file.read_bytes() for file in curve_files(study)] == [file.read_bytes() for file in curve_files(finished)]


def test_no_room_for_the_results_is_one_line_and_the_state_stays(study: Project, finished: Project) -> None:
    history = curve_files(study)[1]
    full = history.with_name(f".{history.name}.partial")
    full.symlink_to("/dev/full")
    done = study.run(*RUN_CURVE, check=False)
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if line.startswith("error:")] == [
        f"error: [Errno 28] No space left on device: '{layout.history(layout.curve('mid', 0))}'"
    ]
    assert states(study)
    done = goes_on_to_the_same(study, finished, *RUN_CURVE)
    assert "goes on after epoch 25 and 0 steps" in done.stdout


@pytest.mark.slow
def test_twins_that_are_stopped_end_with_the_same_bytes(finished: Project, tmp_path: Path) -> None:
    copy = finished.copied(tmp_path)
    copy.set({"cue_endpoint.epochs": 25})
    twins = ("sh", "src/scripts/stage", "cue_endpoint", "--seed", "0")
    paths = [copy.root / layout.cue_endpoint(kind, 0) for kind in ("cue", "clean")]
    files = [*paths, *map(layout.history, paths)]
    copy.run("sh", "src/scripts/stage", "cue_dataset")
    copy.run(*twins)
    whole = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    status, errors, _ = interrupt(copy, signal.SIGTERM, *twins, kept=3)
    assert status != 0
    assert "goes on from there" in errors
    copy.run(*twins)
    assert [file.read_bytes() for file in files] == whole
    assert not states(copy)


@pytest.mark.slow
def test_a_fine_tuning_that_was_killed_ends_with_the_same_bytes(tmp_path: Path) -> None:
    epochs: dict[str, object] = {f"finetune.{part}.epochs": 20 for part in ("lpft.head", "lpft", "cbft")}
    project = Project(tmp_path, SMALL | epochs | {"finetune.methods": ["lpft", "cbft"]})
    for stage in ("source", "dataset", "cue_dataset"):
        project.run("sh", "src/scripts/stage", stage)
    project.run("sh", "src/scripts/stage", "cue_endpoint", "--seed", "0")
    for method in ("lpft", "cbft"):
        tuning = ("sh", "src/scripts/stage", "finetune", "--method", method, "--seed", "0")
        path = tmp_path / layout.finetuned(method, 0)
        files = [path, layout.history(path)]
        project.run(*tuning)
        whole = [file.read_bytes() for file in files]
        for file in files:
            file.unlink()
        assert interrupt(project, signal.SIGKILL, *tuning, kept=3)[0] == -signal.SIGKILL
        assert "goes on after" in project.run(*tuning).stdout
        assert [file.read_bytes() for file in files] == whole
        assert not states(project)
