"""A small study in a copy of the project, run by the real commands."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

import yaml

from support.code_imports import ROOT

SMALL: dict[str, object] = {
    "seeds": [0],
    "variants": ["control", "mid"],
    "compute.device": "cpu",
    "compute.threads": 1,
    "dataset.train_size": 200,
    "dataset.test_size": 50,
    "model.width": 0.0625,
    "endpoint.epochs": 2,
    "curve.epochs": 1,
    "dataset.noise": 0.0,
    "swap.pairs": 1,
    "swap.amounts": {},
    "swap.layers": {},
    "restricted.variants": [],
    "restricted.epochs": 1,
    "restricted.points": 3,
    "analysis.points": 5,
    "analysis.scored_points": 5,
    "cue_model.width": 0.0625,
    "cue_endpoint.seeds": [0],
    "cue_endpoint.epochs": 1,
    "mechanism.patterns": ["lmc"],
    "mechanism.n_interpolations": 2,
    "mechanism.epochs": 1,
    "finetune.methods": ["naive"],
    "finetune.training.epochs": 1,
}
PATTERNS = ["lmc", "lmcp", "qmc_cue", "qmc_clean"]
METHODS = ["naive", "naive_large", "llrt", "lpft", "cbft", "scratch"]
# Both studies, with every path and every method.
FINISHED: dict[str, object] = SMALL | {
    "mechanism.patterns": PATTERNS,
    "finetune.methods": METHODS,
    "finetune.n_clean": 0.5,
    "finetune.cbft.epochs": 2,
    **{f"finetune.{name}.epochs": 1 for name in ("llrt", "lpft.head", "scratch")},
}
TRACKED = (
    "params.yaml",
    "dvc.yaml",
    ".dvc/config",
    ".dvc/plots/convergence.json",
    ".dvc/plots/layers.json",
    ".dvc/plots/page.html",
    ".dvc/plots/paths.json",
    ".dvcignore",
    ".gitignore",
    "data/.gitkeep",
    # folders on which a report depends, empty or not
    "reports/baselines/.gitkeep",
    "reports/restricted/.gitkeep",
    "models/cue_endpoints/.gitkeep",
    "models/finetuned/.gitkeep",
    "reports/mechanism/.gitkeep",
)
LIMIT = "MODE_CONNECTIVITY_TRACKING_SECONDS"  # a busy machine must not lose the runs that tests count
OURS = ("DVC_", "GIT_", "PYTEST", "PYTHONDONT")


class Project:
    """A copy of the project with its own repository, identity and tracking store; `more` joins its environment."""

    more: Mapping[str, str] = MappingProxyType({})

    def __init__(self, root: Path, changes: dict[str, object]) -> None:
        self.root = root
        shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
        for name in TRACKED:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        self.set(changes)
        self.run("git", "init", "-q")
        self.run("git", "config", "user.name", "Test")
        self.run("git", "config", "user.email", "test@example.org")
        self.commit()

    def copied(self, root: Path) -> "Project":
        """This project as it stands, results and cache included, to change something in."""
        shutil.copytree(self.root, root, dirs_exist_ok=True, symlinks=True)
        return Project.at(root)

    @classmethod
    def at(cls, root: Path) -> Self:
        """The project that lies there."""
        project = cls.__new__(cls)
        project.root = root
        return project

    @property
    def store(self) -> str:
        return f"sqlite:///{self.root / 'mlflow.db'}"

    def set(self, changes: dict[str, object]) -> None:
        path = self.root / "params.yaml"
        params = yaml.safe_load(path.read_text())
        for key, value in changes.items():
            *sections, leaf = key.split(".")
            place = params
            for section in sections:
                place = place[section]
            place[leaf] = value
        path.write_text(yaml.safe_dump(params))

    def keep_stages(self, *names: str) -> None:
        """Leave all other stages out of dvc.yaml."""
        file = self.root / "dvc.yaml"
        pipeline = yaml.safe_load(file.read_text())
        pipeline["stages"] = {name: pipeline["stages"][name] for name in names}
        file.write_text(yaml.safe_dump(pipeline, sort_keys=False))

    def commit(self) -> None:
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", "state")

    @property
    def environment(self) -> dict[str, str]:
        ours = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return ours | {"MLFLOW_TRACKING_URI": self.store, LIMIT: "120", "PATH": path} | dict(self.more)

    def start(self, *command: str, **more: str) -> subprocess.Popen[str]:
        """The command running, in a process group of its own."""
        environment = self.environment | more
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.root, env=environment, stdout=pipe, stderr=pipe, text=True, start_new_session=True
        )

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
        return done

    def stages_run(self, *command: str) -> list[str]:
        return re.findall(r"Running stage '([^']+)'", self.run(*command).stdout)

    def outputs(self) -> dict[str, bytes]:
        files = [path for top in ("data", "models", "reports") for path in (self.root / top).rglob("*")]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in files if path.is_file()}


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
