"""Runs one stage inside a Slurm job, in the tree that is the current folder, and keeps what it made.

python -m mode_connectivity.executors.slurm.job ROOT STAGE
"""

import os
import shutil
import signal
import sys
from pathlib import Path

from mode_connectivity.executors.slurm import restarts
from mode_connectivity.executors.slurm.folder import Submission
from mode_connectivity.executors.slurm.tree import fill, keep_result
from mode_connectivity.executors.supervised import Told, run_told
from mode_connectivity.running.errors import in_one_line
from mode_connectivity.running.stopping import KEPT

DVC = "mode_connectivity.executors"


def main(root: Path, stage: str) -> int:
    """Run `stage` by DVC and return its status; at the time limit or a preemption the job is queued again."""
    told = Told(signal.SIGTERM, signal.SIGUSR1)
    submission = Submission(root)
    submission.note(stage, "started")
    print(f"{stage} on {os.environ.get('SLURMD_NODENAME', 'this host')}, start {restarts.count() + 1}", flush=True)
    with in_one_line():
        fill(Path.cwd(), submission, stage)
    environment = os.environ | {KEPT: str(restarts.expect_state(submission, stage))}
    status = run_told([sys.executable, "-m", DVC, "repro", "--single-item", stage], told, env=environment)
    if status == 0:
        keep_result(Path.cwd(), submission, stage)
        submission.note(stage, "ended")
        shutil.rmtree(Path.cwd(), ignore_errors=True)  # the result is kept
        return 0
    submission.note(stage, "stopped" if told.signals else "failed")  # before Slurm ends this process
    if told.signals and restarts.queue_again(submission, stage, told.signals):
        return 0
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
