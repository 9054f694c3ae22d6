"""Results that differ from the committed ones are told from a change that a person made."""

import subprocess
from pathlib import Path

from mode_connectivity.executors.other_bytes import MADE, other_bytes


def test_only_results_of_the_same_params_and_code_are_another_machine_s(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    assert other_bytes(tmp_path) is None
    git("init", "-q")
    for name in ("params.yaml", "dvc.yaml", "src/a.py", "dvc.lock", "reports/report.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a")
    git("add", "-A")
    git("commit", "-qm", "a")
    assert other_bytes(tmp_path) is None
    (tmp_path / MADE[0]).write_text("b")
    assert "make committed" in (other_bytes(tmp_path) or "")
    (tmp_path / "params.yaml").write_text("b")
    assert other_bytes(tmp_path) is None
