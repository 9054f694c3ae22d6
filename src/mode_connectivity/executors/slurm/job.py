"""Runs one stage inside a Slurm job, in the tree that is the current folder, and keeps what it made.

python -m mode_connectivity.executors.slurm.job ROOT STAGE
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from mode_connectivity.executors.slurm.folder import Submission
from mode_connectivity.executors.slurm.tree import fill, keep_result
from mode_connectivity.executors.supervised import Told, run_told

RESTARTS = "MODE_CONNECTIVITY_RESTARTS"
DVC = "mode_connectivity.executors.dvc_command"


def main(root: Path, stage: str) -> int:
    """Run `stage` by DVC and return its status; at the time limit or a preemption the job is queued again."""
    told = Told(signal.SIGTERM, signal.SIGUSR1)
    submission = Submission(root)
    submission.note(stage, "started")
    print(f"{stage} on {os.environ.get('SLURMD_NODENAME', 'this host')}, start {_restarts() + 1}", flush=True)
    fill(Path.cwd(), submission, stage)
    status = run_told([sys.executable, "-m", DVC, "repro", "--single-item", stage], told)
    if status == 0:
        keep_result(Path.cwd(), submission, stage)
        submission.note(stage, "ended")
        shutil.rmtree(Path.cwd(), ignore_errors=True)  # the result is kept
        return 0
    submission.note(stage, "stopped" if told.signals else "failed")  # before Slurm ends this process
    if told.signals and _queued_again(signal.SIGUSR1 in told.signals):
        return 0
    return status


def _restarts() -> int:
    return int(os.environ.get("SLURM_RESTART_COUNT") or 0)


def _queued_again(limit: bool) -> bool:
    """Queue this job again and return whether it was: after the time limit, or a preemption, and not once cancelled."""
    number = os.environ["SLURM_JOB_ID"]
    if not limit:
        shown = subprocess.run(["scontrol", "show", "job", number], capture_output=True, text=True, check=False)
        if "JobState=PREEMPTED" not in shown.stdout:
            return False
    if _restarts() >= int(os.environ.get(RESTARTS) or 0):
        print(f"stopped {_restarts() + 1} times; restarts in cluster.yaml allows no other start", flush=True)
        return False
    return shutil.which("scontrol") is not None and not subprocess.run(["scontrol", "requeue", number]).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
