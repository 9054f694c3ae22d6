"""Makes a DVC project whose stages cost nothing and write down that they ran, and runs it by the real commands."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ruamel.yaml import YAML

from attack.small_study import ROOT
from mode_connectivity.executors.whole_lock import LOCK, stages_of

COLUMNS = 6
COPIED = ("params.yaml", ".dvc/config", ".dvcignore", ".gitignore")
COMMANDS = (("dvc", "repro"), ("mode-connectivity", "repro", "--jobs", "2"))  # the second is `make repro`
RAN = Path(".state/ran.txt")
OURS = ("DVC_", "GIT_", "MLFLOW_", "MODE_CONNECTIVITY_", "PYTEST", "PYTHONPATH")


@dataclass(frozen=True)
class Pipeline:
    """Holds a project of columns of two stages, and a stage that reads all of them."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> "Pipeline":
        """Write the project into a new folder, a repository of its own."""
        copied(root, COPIED)
        (root / "models").mkdir()
        over, first, second = {"k": list(range(COLUMNS))}, "models/first-${item.k}", "models/second-${item.k}"
        ends = [f"models/second-{k}" for k in range(COLUMNS)]
        stages = {
            "first": {"matrix": over, "cmd": _noted("first@${item.k}", f"echo ${{item.k}} > {first}"), "outs": [first]},
            "second": {
                "matrix": over,
                "cmd": _noted("second@${item.k}", f"cp {first} {second}"),
                "deps": [first],
                "outs": [second],
            },
            "all": {"cmd": _noted("all", f"cat {' '.join(ends)} > models/all"), "deps": ends, "outs": ["models/all"]},
        }
        with (root / "dvc.yaml").open("w") as file:
            YAML(typ="safe", pure=True).dump({"stages": stages}, file)
        return cls(root)

    def forget(self) -> None:
        """Delete what was made, and what DVC and the executors keep."""
        for name in (".dvc/cache", ".dvc/tmp", ".state", "models"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        (self.root / LOCK).unlink(missing_ok=True)
        for name in ("models", ".state"):
            (self.root / name).mkdir()

    def start(self, command: tuple[str, ...]) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.root, env=commanded(), stdout=pipe, stderr=pipe, text=True, start_new_session=True
        )

    def finished(self) -> set[str]:
        """Return the stages that the lock file holds; none where it is damaged."""
        lock = self.root / LOCK
        return set(stages_of(lock.read_bytes()) or {}) if lock.is_file() else set()

    def ran(self) -> list[str]:
        """Return the stages that ran since this was last asked."""
        file = self.root / RAN
        names = file.read_text().split() if file.is_file() else []
        file.unlink(missing_ok=True)
        return names

    def lacks(self) -> list[str]:
        """Return what a whole run leaves and is not there, or is not what it should be."""
        columns = range(COLUMNS)
        stages = {f"{name}@{k}" for name in ("first", "second") for k in columns} | {"all"}
        texts = {f"models/{name}-{k}": f"{k}\n" for name in ("first", "second") for k in columns}
        texts["models/all"] = "".join(f"{k}\n" for k in columns)
        files = [name for name, text in texts.items() if _text(self.root / name) != text]
        return sorted(stages - self.finished()) + files


def copied(root: Path, names: Iterable[str]) -> None:
    """Copy files of this project into `root`, and make that a repository."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)


def commanded(more: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return the environment of a command as a person types it, with `more`."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    return plain | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"} | dict(more)


def _noted(name: str, command: str) -> str:
    return f"echo {name} >> {RAN} && {command}"


def _text(file: Path) -> str | None:
    return file.read_text() if file.is_file() else None
