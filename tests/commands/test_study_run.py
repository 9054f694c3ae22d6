"""A study runs in a worktree of its own, goes on where it was stopped, and becomes an experiment of this repository."""

import shutil
from pathlib import Path

import pytest

from support.cheap_graph import CheapProject

pytestmark = pytest.mark.slow
FOLDER = ".state/studies/mine"


@pytest.fixture
def project(cheap: CheapProject, tmp_path: Path) -> CheapProject:
    """A project with a committed study and results of its own."""
    shutil.copytree(cheap.root, tmp_path / "project", symlinks=True)
    copy = CheapProject.at(tmp_path / "project")
    (copy.root / "reports/studies/mine").mkdir(parents=True)
    (copy.root / "reports/studies/mine/params.yaml").write_text("dataset: {seed: 7}\n")
    copy.commit()
    return copy


def test_it_becomes_an_experiment_and_leaves_the_workspace_alone(project: CheapProject) -> None:
    before = project.outputs()
    done = project.run("mode-connectivity", "study", "mine", "--jobs", "2")
    assert "kept as experiment mine" in done.stdout
    assert project.outputs() == before
    assert project.run("git", "status", "--porcelain").stdout == ""
    assert "mine" in project.run("dvc", "exp", "list", "--name-only").stdout.split()
    assert "seed: 7" in (project.root / FOLDER / "data/source.json").read_text()
    again = project.run("mode-connectivity", "study", "mine", "--jobs", "2")
    assert "up to date" in again.stdout
    project.run("dvc", "exp", "apply", "mine")
    assert "seed: 7" in (project.root / "data/source.json").read_text()


def test_the_same_command_goes_on_and_another_one_is_refused(project: CheapProject) -> None:
    project.set_command(
        "second", "[ -e ${item.k}.mended ] && cp models/first-${item.k}.txt models/second-${item.k}.txt"
    )
    project.commit()
    failed = project.run("mode-connectivity", "study", "mine", "--jobs", "2", check=False)
    assert failed.returncode == 1
    assert "not run: third@0" in failed.stderr
    for k in range(2):
        (project.root / FOLDER / f"{k}.mended").touch()
    done = project.run("mode-connectivity", "study", "mine", "--jobs", "2")
    assert "first@0 starts" not in done.stdout
    assert "kept as experiment mine" in done.stdout
    other = project.run("mode-connectivity", "study", "mine", "-S", "dataset.seed=8", check=False)
    assert other.returncode == 1
    assert "a study of other params; take another --folder" in other.stderr
