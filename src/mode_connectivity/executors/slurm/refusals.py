"""Refuses a submission whose jobs would compute something else than what the workspace shows."""

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from mode_connectivity.executors.lock_entries import LOCK
from mode_connectivity.params import Params
from mode_connectivity.tracking.shared_store import refuse_unshared

if TYPE_CHECKING:
    from dvc.repo import Repo

URI = "MLFLOW_TRACKING_URI"
OURS = ("src/", ".dvc/config", ".dvcignore", "dvc.yaml")


def refuse_auto(params: Params) -> None:
    """Refuse a device that each node would choose for itself.

    Raises:
        ValueError: compute.device is auto.
    """
    if params.compute.device == "auto":
        raise ValueError("params.yaml: compute.device: auto means another device on another node; say cpu or cuda")


def refuse_uncommitted(repo: "Repo") -> None:
    """Refuse changes that a tree of the commit would lack; the lock file and outputs are brought to the jobs.

    Raises:
        ValueError: code, params or dvc.yaml differ from the commit; the message names the files.
    """
    outs = {out.def_path for stage in repo.index.stages for out in stage.outs}
    needs = {dep.def_path for stage in repo.index.stages for dep in stage.deps} - outs
    missed = [file for file in _changed(Path(repo.root_dir)) if _concerns(file, needs) and not _within(file, outs)]
    if missed:
        more = f" and {len(missed) - 3} more" if len(missed) > 3 else ""
        named = ", ".join(missed[:3])
        raise ValueError(f"{named}{more}: not committed, and the jobs run the commit; commit it or take it back first")


def tracking_uri(*, later: bool) -> str:
    """Return the store that jobs log to; with `later` none.

    Raises:
        ValueError: MLFLOW_TRACKING_URI is no server to which other nodes can log.
    """
    if later:
        return ""
    uri = os.environ.get(URI, "")
    if not uri.startswith(("http://", "https://")):
        given = f"got {uri}" if uri else "it is not set"
        raise ValueError(
            f"{URI}: jobs on several nodes need one MLflow server, http://...; {given} "
            "(or `tracking: collection` in cluster.yaml, which logs all runs at collection)"
        )
    refuse_unshared(uri)
    return uri


def head(root: Path) -> str:
    """Return the commit of the workspace.

    Raises:
        ValueError: there is none.
    """
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError("jobs run a commit, and here is none; git commit first")
    return done.stdout.strip()


def _changed(root: Path) -> list[str]:
    command = ["git", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return [line[3:] for line in done.stdout.split("\0") if line]


def _concerns(file: str, needs: set[str]) -> bool:
    return file != str(LOCK) and (file.startswith(OURS) or _within(file, needs))


def _within(file: str, places: set[str]) -> bool:
    return any(file == place or file.startswith(f"{place}/") for place in places)
