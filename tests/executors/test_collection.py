"""What jobs left is collected over nothing that a person changed meanwhile."""

from pathlib import Path

import pytest
from dvc.repo import Repo

from mode_connectivity.executors.graph import changed_stages, stage_graph
from mode_connectivity.executors.lock_entries import read_entries
from mode_connectivity.executors.slurm.collection import alone, collect, uncollected
from mode_connectivity.executors.slurm.folder import Submission
from mode_connectivity.executors.slurm.submission import prepare
from mode_connectivity.executors.slurm.tree import keep_result
from support.cheap_graph import CheapProject

pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")  # of a library that DVC uses


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheapProject:
    """A finished graph whose results lie as jobs leave them, with neither outputs nor lock file in the workspace."""
    project = CheapProject(tmp_path / "project", columns=1)
    monkeypatch.chdir(project.root)
    with Repo() as repo:
        prepare(repo, graph := stage_graph(repo), list(graph))
    project.run("dvc", "repro", "-q")
    for stage in graph:
        keep_result(project.root, Submission(project.root), stage)
    project.forget(cache=False)
    return project


def test_it_brings_the_lock_file_and_outputs_once(project: CheapProject) -> None:
    assert len(collect(Submission(project.root)).stages) == 5
    assert list(read_entries(project.lock)) == ["source", "first@0", "second@0", "third@0", "report"]
    assert (project.root / "reports/all.txt").read_text() == "0\n"
    with Repo(str(project.root)) as repo:
        assert changed_stages(repo) == []
    assert uncollected(Submission(project.root)) == []
    assert collect(Submission(project.root)).stages == []


def test_what_a_person_changed_stays_and_is_named(project: CheapProject) -> None:
    (project.root / "reports/all.txt").write_text("mine\n")
    (project.root / "models/first-0.txt").write_text("mine\n")
    project.lock.write_text("schema: '2.0'\nstages:\n  third@0:\n    cmd: mine\n")
    found = collect(Submission(project.root))
    assert sorted(found.edited) == ["models/first-0.txt", "reports/all.txt", "third@0 in dvc.lock"]
    assert (project.root / "reports/all.txt").read_text() == "mine\n"
    assert (project.root / "models/first-0.txt").read_text() == "mine\n"
    assert read_entries(project.lock)["third@0"] == "  third@0:\n    cmd: mine\n"


def test_one_process_collects_at_a_time(project: CheapProject) -> None:
    again = pytest.raises(ValueError, match="another process collects")
    with alone(Submission(project.root)), again, alone(Submission(project.root)):
        pass
