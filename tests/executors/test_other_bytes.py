"""Results that differ from the committed ones are told from those of a change that a person made."""

import subprocess
from pathlib import Path

import yaml

from mode_connectivity.executors.other_bytes import other_bytes


def lock(folder: Path, *, need: str, out: str) -> None:
    entry = {"cmd": "work", "deps": [{"path": "data", "md5": need}], "outs": [{"path": "models", "md5": out}]}
    (folder / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": {"work": entry}}))


def test_only_other_results_of_the_same_stage_are_another_machine_s(tmp_path: Path) -> None:
    """A change may have been committed before its results were made, as Slurm needs it."""

    def git(*words: str) -> None:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    assert other_bytes(tmp_path) is None
    git("init", "-q")
    assert other_bytes(tmp_path) is None
    lock(tmp_path, need="a", out="b")
    git("add", "-A")
    git("commit", "-qm", "a")
    assert other_bytes(tmp_path) is None
    lock(tmp_path, need="c", out="d")
    assert other_bytes(tmp_path) is None
    lock(tmp_path, need="a", out="d")
    assert "make committed" in (other_bytes(tmp_path) or "")
