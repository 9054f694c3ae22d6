"""The tree in which a job works is made while others are made, and needs nothing but the commit."""

import subprocess
from pathlib import Path

from mode_connectivity.executors.slurm.cluster import Cluster
from mode_connectivity.executors.slurm.script import stage_script


def git(root: Path, *command: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    done = subprocess.run(["git", "-C", str(root), *identity, *command], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_trees_of_a_commit_that_no_branch_names_are_made_at_once(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    git(root, "init", "-q")
    (root / "file").write_text("submitted\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "submitted")
    commit = git(root, "rev-parse", "HEAD")
    (root / "file").write_text("amended\n")
    git(root, "commit", "-qa", "--amend", "-m", "amended")
    trees = [tmp_path / "trees" / f"stage@{k}" for k in range(8)]
    texts = [
        stage_script("stage", Cluster(), root=root, tree=tree, log=tmp_path / "log", commit=commit, tracking="")
        for tree in trees
    ]
    makings = [text.partition("PYTHONPATH=")[0] for text in texts]
    for _ in range(3):  # the later ones in the place of a tree that is there
        started = [subprocess.Popen(["sh", "-c", text], stderr=subprocess.PIPE, text=True) for text in makings]
        assert [process.communicate()[1] for process in started] == [""] * len(trees)
        assert {git(tree, "rev-parse", "HEAD") for tree in trees} == {commit}
        assert {(tree / "file").read_text() for tree in trees} == {"submitted\n"}
    assert git(root, "status", "--porcelain") == ""
