"""Two runs of the stages in one workspace at once: the second is refused in one line, and the first ends well."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from mode_connectivity.executors.one_at_a_time import HOLDER, alone
from support.cheap_graph import CheapProject

DVC, MAKE = ("dvc", "repro"), ("mode-connectivity", "repro", "--jobs", "2")
REFUSED = "runs stages here; make status shows it\n"


@pytest.fixture
def copy(cheap: CheapProject, tmp_path: Path) -> CheapProject:
    """The cheap project with nothing done."""
    shutil.copytree(cheap.root, tmp_path / "copy", symlinks=True)
    project = CheapProject.at(tmp_path / "copy")
    project.forget()
    return project


def wait_until_held(project: CheapProject) -> None:
    while not (project.root / HOLDER).is_file() or not (project.root / HOLDER).read_text():
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("first", "second"), [(MAKE, MAKE), (DVC, MAKE), pytest.param(MAKE, DVC, marks=pytest.mark.slow)]
)
def test_a_second_run_is_refused_in_one_line(
    cheap: CheapProject, copy: CheapProject, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    one = copy.start(*first)
    wait_until_held(copy)
    two = copy.start(*second)
    _, errors = two.communicate()
    assert (two.returncode, errors) == (1, f"error: another command (process {one.pid}) {REFUSED}")
    _, errors = one.communicate()
    assert (one.returncode, errors) == (0, "")
    assert copy.outputs() == cheap.outputs()
    assert copy.lock.read_bytes() == cheap.lock.read_bytes()


def test_a_submission_beside_a_run_is_refused(copy: CheapProject) -> None:
    (copy.root / "cluster.yaml").write_text("tracking: collection\n")
    with alone(copy.root):
        done = copy.run("mode-connectivity", "submit", check=False)
    assert (done.returncode, done.stderr) == (1, f"error: another command (process {os.getpid()}) {REFUSED}")
    assert not copy.lock.exists()


def test_a_collection_beside_a_run_is_refused(copy: CheapProject) -> None:
    with alone(copy.root):
        done = copy.run("mode-connectivity", "collect", check=False)
    assert (done.returncode, done.stderr) == (1, f"error: another command (process {os.getpid()}) {REFUSED}")


@pytest.mark.slow
def test_stages_that_outlive_a_killed_run_hold_the_workspace_to_their_end(
    cheap: CheapProject, copy: CheapProject
) -> None:
    one = copy.start(*MAKE)
    while not copy.lock.exists():
        time.sleep(0.01)
    os.kill(one.pid, signal.SIGKILL)  # make goes on
    while (done := copy.run(*MAKE, check=False)).returncode:
        assert done.stderr == f"error: another command (process {one.pid}) {REFUSED}"
    one.communicate()
    assert copy.lock.read_bytes() == cheap.lock.read_bytes()
    assert copy.outputs() == cheap.outputs()


def test_a_folder_that_cannot_be_locked_is_not_held(tmp_path: Path) -> None:
    (tmp_path / ".dvc").write_text("no folder")
    with alone(tmp_path) as held:
        assert held == []
    (tmp_path / "other/.dvc").mkdir(parents=True)
    with alone(tmp_path / "other") as held:
        assert len(held) == 1
    with alone(tmp_path / "other") as held:  # it is free again
        assert len(held) == 1
