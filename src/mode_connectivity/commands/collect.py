"""Brings the results of finished Slurm jobs into the workspace."""

import argparse
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

EXAMPLE = "  mode-connectivity collect"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("--unlogged", action="store_true", help="do not log to the tracking store what jobs could not")


def run(given: argparse.Namespace) -> None:
    """Collect, and say what came, what did not and what DVC finds not up to date; status 1 where jobs failed."""
    from mode_connectivity.executors import one_at_a_time, table
    from mode_connectivity.executors.graph import changed_stages
    from mode_connectivity.executors.slurm import queue
    from mode_connectivity.executors.slurm.collection import alone, collect
    from mode_connectivity.executors.slurm.folder import Submission

    submission = Submission(Path.cwd())
    with one_at_a_time.alone(submission.root):  # a run here writes the same files
        if not submission.run():
            raise ValueError("nothing was submitted from here")
        with alone(submission):
            collected = collect(submission)
    print(f"{len(collected.stages)} stages collected")
    if collected.edited:
        print(f"changed here since the submission, and left alone: {', '.join(collected.edited)}")
    rows = table.rows_of_jobs(submission, queue.jobs_of_user())
    missing = {row.stage: row.state for row in rows if row.state != "done"}
    if missing:
        named = ", ".join(f"{stage} ({state})" for stage, state in missing.items())
        print(f"{len(missing)} without a result: {named}")
    if failed := table.last_lines(submission, rows):
        print(failed)
    from dvc.repo import Repo

    with Repo(".") as repo:
        changed = [stage for stage in changed_stages(repo) if stage not in missing]
    if changed:
        print(f"not up to date by DVC: {', '.join(changed)}")
    if not given.unlogged:
        _log_missing()
    sys.exit(any(row.state == "failed" for row in rows))


def _log_missing() -> None:
    """Log what jobs could not, each run once; the results are safe already, so an error is only told."""
    if find_spec("mode_connectivity.commands.sync") is None:
        return
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "mode_connectivity.commands", "sync"], check=False)
