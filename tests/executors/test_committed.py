"""What stages made is put back as committed; what a person edited is not discarded without a word."""

import hashlib
from pathlib import Path

import pytest
import yaml

from mode_connectivity.executors import whole_lock
from mode_connectivity.executors.committed import edited, put_back
from support.project_copy import Project

REPORT = "reports/report.md"


class Results(Project):
    """A repository in which DVC keeps one report that Git keeps too."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run("git", "init", "-q")
        self.run("git", "config", "user.name", "Test")
        self.run("git", "config", "user.email", "test@example.org")
        self.run("dvc", "init", "-q")
        (root / "reports").mkdir()
        (root / "reports" / "own.md").write_text("by hand\n")
        self.run_of_the_stage("a\n")
        self.commit()

    def run_of_the_stage(self, text: str) -> None:
        """The report and the lock file as DVC leaves them."""
        (self.root / REPORT).write_text(text)
        out = {"path": REPORT, "hash": "md5", "md5": hashlib.md5(text.encode()).hexdigest(), "size": len(text)}
        lock = {"schema": "2.0", "stages": {"report": {"cmd": "true", "outs": [out]}}}
        (self.root / "dvc.lock").write_text(yaml.safe_dump(lock))
        whole_lock.keep(self.root)

    def read(self, name: str) -> str:
        return (self.root / name).read_text()


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Results:
    results = Results(tmp_path)
    for key, value in results.environment.items():
        monkeypatch.setenv(key, value)
    return results


def test_what_a_stage_made_is_put_back(results: Results) -> None:
    committed = results.read("dvc.lock")
    results.run_of_the_stage("b\n")
    assert edited(results.root) == []
    put_back(results.root)
    assert results.read(REPORT) == "a\n"
    assert results.read("dvc.lock") == committed


@pytest.mark.parametrize("name", [REPORT, "reports/own.md", "dvc.lock"])
def test_what_a_person_edited_is_named_and_stays(results: Results, name: str) -> None:
    results.run_of_the_stage("b\n")
    mine = results.read(name) + "# mine\n"
    (results.root / name).write_text(mine)
    with pytest.raises(ValueError, match=f"{name}: edited by hand"):
        put_back(results.root)
    assert results.read(name) == mine
    put_back(results.root, force=True)
    assert results.read(REPORT) == "a\n"
    assert edited(results.root) == []
