"""A DVC project whose stages cost nothing, for tests of what runs them."""

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from support.code_imports import ROOT
from support.project_copy import Project

COPIED = ("params.yaml", ".dvc/config", ".dvcignore", ".gitignore")


class CheapProject(Project):
    """Columns of three stages below one that looks at its source each time, and a report that Git keeps.

    `first@k` writes a line, `second@k` copies it after `seconds`, `third@k` copies that, `report` reads all of them.
    """

    def __init__(self, root: Path, columns: int, seconds: float = 0) -> None:
        self.root = root
        for name in COPIED:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        for folder in ("data", "models", "reports"):
            (root / folder).mkdir()
            (root / folder / ".gitkeep").touch()
        shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
        self.write_stages(columns, seconds)
        self.set({"compute.device": "cpu"})
        self.run("git", "init", "-q")
        self.run("git", "config", "user.name", "Test")
        self.run("git", "config", "user.email", "test@example.org")
        self.commit()

    def write_stages(self, columns: int, seconds: float = 0) -> None:
        """Write dvc.yaml."""
        look = "grep -A9 ^dataset params.yaml > data/source.json"
        first, second, third = (f"models/{name}-${{item.k}}.txt" for name in ("first", "second", "third"))
        stages = {
            "source": _stage(look, [], "data/source.json") | {"params": ["dataset"], "always_changed": True},
            "first": _column(columns, f"echo ${{item.k}} > {first}", "data/source.json", first),
            "second": _column(columns, f"sleep {seconds}; cp {first} {second}", first, second),
            "third": _column(columns, f"cp {second} {third}", second, third),
        }
        ends = [f"models/third-{k}.txt" for k in range(columns)]
        kept = {
            "metrics": [{"reports/all.txt": {"cache": False}}]
        }  # of which DVC keeps that it ran, as of no plain out
        read: dict[str, object] = {"cmd": "cat models/third-*.txt > reports/all.txt", "deps": ends}
        stages["report"] = read | kept
        plain = json.loads(json.dumps({"stages": stages}))
        (self.root / "dvc.yaml").write_text(yaml.safe_dump(plain, sort_keys=False))

    def set_command(self, name: str, command: str) -> None:
        """Have all stages of this name run another command."""
        stages = yaml.safe_load((self.root / "dvc.yaml").read_text())
        stages["stages"][name]["cmd"] = command
        (self.root / "dvc.yaml").write_text(yaml.safe_dump(stages, sort_keys=False))

    def forget(self, lock: bool = True, cache: bool = True) -> None:
        """Remove outputs, with `lock` the lock file, and with `cache` also what DVC and `repro` keep."""
        for name in (".dvc/cache", ".dvc/tmp", ".state") if cache else (".dvc/tmp",):
            shutil.rmtree(self.root / name, ignore_errors=True)
        for file in (*self.root.glob("models/*.txt"), *self.root.glob("data/*.json"), self.root / "reports/all.txt"):
            file.unlink(missing_ok=True)
        if lock:
            self.lock.unlink(missing_ok=True)

    @property
    def lock(self) -> Path:
        return self.root / "dvc.lock"


def lock_of(project: Project) -> dict[str, Any]:
    """The entries of a project's lock file, by stage."""
    stages: dict[str, Any] = yaml.safe_load((project.root / "dvc.lock").read_text())["stages"]
    return stages


def _stage(command: str, needs: list[str], out: object) -> dict[str, object]:
    return {"cmd": command, "deps": needs, "outs": [out]}


def _column(columns: int, command: str, need: str, out: str) -> dict[str, object]:
    return {"matrix": {"k": list(range(columns))}} | _stage(command, [need], out)
