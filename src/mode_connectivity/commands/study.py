"""Runs a study from its own params file in a folder of its own, and keeps it as an experiment.

The folder is a worktree of Git with the last commit; it shares DVC's cache, the tracking store and the states of
trainings with this one. The same command again goes on.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

EXAMPLE = "  mode-connectivity study six-seeds --jobs 4\n  mode-connectivity study mine -S endpoint.epochs=50"
FOLDERS = Path(".state/studies")
BEGUN = Path(".state/study.json")  # in the folder: what it was made from


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.add_argument("name", help="names the experiment, and a folder of reports/studies that holds its params.yaml")
    change = "changes one of its params; a mapping's own key too"
    parser.add_argument("-S", "--set-param", action="append", default=[], metavar="KEY=VALUE", help=change)
    parser.add_argument("--folder", type=Path, help=f"where it runs (default: {FOLDERS}/NAME)")
    parser.add_argument("--jobs", type=int, help="stages at a time")


def run(given: argparse.Namespace) -> None:
    """Run the study up to its end and keep it; exit with the status of its stages."""
    from mode_connectivity.commands.children import run_told
    from mode_connectivity.foundations import layout
    from mode_connectivity.params.changing import changed, read_values
    from mode_connectivity.tracking import origin, store

    file = layout.STUDIES / given.name / layout.PARAMS
    values = changed(read_values(layout.PARAMS), read_values(file), given.set_param, str(file))
    folder = (given.folder or FOLDERS / given.name).resolve()
    begun = json.dumps({"params": file.read_text(), "changes": given.set_param})
    if not folder.exists():
        _make(folder, values, begun)
    elif not (folder / BEGUN).is_file() or (folder / BEGUN).read_text() != begun:
        raise ValueError(
            f"{folder}: holds something else, or a study of other params; take another --folder, or remove it by "
            f"git worktree remove --force {folder}"
        )
    environment = os.environ | {
        "DVC_ROOT": os.environ.get("DVC_ROOT") or str(Path.cwd()),
        "PYTHONPATH": str(folder / "src"),
        origin.STUDY: given.name,
        origin.COMMAND: origin.command(),
    }
    store.ready()  # the store lies here
    words = ["repro", *(["--jobs", str(given.jobs)] if given.jobs is not None else [])]
    status = run_told([sys.executable, "-m", "mode_connectivity.commands", *words], environment, folder)
    if status == 0:
        _output("dvc", "exp", "save", "--force", "--name", given.name, folder=folder)
        print(f"kept as experiment {given.name}: dvc exp show; its results lie in {folder}")
    sys.exit(status)


def _make(folder: Path, values: Mapping[str, Any], begun: str) -> None:
    """Make the worktree of the last commit, with these params and the cache of this repository."""
    from mode_connectivity.params.changing import written

    if _output("git", "status", "--porcelain", "--untracked-files=no", "--", "src", "dvc.yaml"):
        print("src or dvc.yaml differ from the last commit, which is what a study runs", file=sys.stderr)
    cache = _output("dvc", "cache", "dir")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _output("git", "worktree", "add", "--detach", str(folder), "HEAD")
    _output("dvc", "cache", "dir", "--local", str(Path(cache).resolve()), folder=folder)
    written(values, folder / "params.yaml")
    (folder / BEGUN).parent.mkdir()
    (folder / BEGUN).write_text(begun)


def _output(*command: str, folder: Path | None = None) -> str:
    ours = {key: value for key, value in os.environ.items() if key != "DVC_ROOT"}
    done = subprocess.run(command, cwd=folder, env=ours, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {' '.join(done.stderr.split())[-300:]}")
    return done.stdout.strip()
