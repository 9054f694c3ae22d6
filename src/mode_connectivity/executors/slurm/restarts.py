"""Decides whether a job that was told to stop is queued again, and queues it."""

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from mode_connectivity.executors.slurm.folder import Submission

MOST = "MODE_CONNECTIVITY_RESTARTS"
IDLE = 3  # starts at which a time limit ended a stage before it had kept a state


def count() -> int:
    """Return how often Slurm has started this job again."""
    return int(os.environ.get("SLURM_RESTART_COUNT") or 0)


def expect_state(submission: Submission, stage: str) -> Path:
    """Return the file that this start of the stage touches when it keeps a state; it is absent now."""
    mark = _kept(submission, stage)
    mark.unlink(missing_ok=True)
    return mark


def queue_again(submission: Submission, stage: str, signals: Sequence[int]) -> bool:
    """Queue this job again and return whether it is queued: after its time limit or a preemption, not once cancelled.

    Slurm's warning ahead of a limit is a USR1; at a preemption it may come too, and TERM comes alone.
    """
    facts = _facts()
    if int(facts.get("Restarts", 0)) > count():
        return True  # by Slurm itself
    preempted = facts.get("PreemptTime", "None") != "None"
    if not preempted and signal.SIGUSR1 not in signals:
        return False
    if not preempted and _idle_starts(submission, stage) >= IDLE:
        print(_too_short(stage, facts.get("TimeLimit", "")), flush=True)
        return False
    if count() >= int(os.environ.get(MOST) or 0):
        print(f"stopped {count() + 1} times; restarts in cluster.yaml allows no other start", flush=True)
        return False
    return _scontrol("requeue", os.environ["SLURM_JOB_ID"]).returncode == 0


def _idle_starts(submission: Submission, stage: str) -> int:
    """Return how many starts, this one the last, have ended at the limit one after the other without a state."""
    file = submission.folder / f"{stage}.idle"
    idle = 0 if _kept(submission, stage).exists() else int(file.read_text() if file.exists() else 0) + 1
    file.write_text(str(idle))
    return idle


def _too_short(stage: str, limit: str) -> str:
    kind = stage.partition("@")[0]
    return (
        f"cluster.yaml: stages.{kind}.time: {stage} met its limit of {limit} in {IDLE} starts before it had kept any "
        "state, so it is not queued again; raise it (signal_seconds of it are left for the state)"
    )


def _kept(submission: Submission, stage: str) -> Path:
    return submission.folder / f"{stage}.kept"


def _facts() -> Mapping[str, str]:
    """Return what Slurm says of this job, by its names; nothing where it does not answer."""
    shown = _scontrol("show", "job", os.environ["SLURM_JOB_ID"])
    return dict(re.findall(r"(\w+)=(\S+)", shown.stdout))


def _scontrol(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["scontrol", *words], capture_output=True, text=True, check=False)
