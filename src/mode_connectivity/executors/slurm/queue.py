"""Talks to Slurm by its own commands."""

import getpass
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

GOES_ON = ("PENDING", "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "REQUEUED", "STAGE_OUT")


@dataclass(frozen=True)
class Job:
    """A job as the queue shows it."""

    number: str
    name: str
    state: str
    reason: str

    @property
    def goes_on(self) -> bool:
        """Return whether it runs, or is going to."""
        return self.state in GOES_ON


def submit(script: Path, needs: Iterable[str], *, condition: str = "afterok") -> str:
    """Submit a script that waits for the jobs `needs`, or else is held until it is released; return its job.

    Raises:
        ValueError: Slurm refused it; the message is Slurm's.
    """
    waits = ":".join([condition, *needs])
    held = ["--hold"] if waits == condition else [f"--dependency={waits}", "--kill-on-invalid-dep=yes"]
    return _slurm("sbatch", "--parsable", *held, str(script)).split(";")[0].strip()


def release(jobs: list[str]) -> None:
    """Let held jobs start."""
    for start in range(0, len(jobs), 100):
        _slurm("scontrol", "release", *jobs[start : start + 100])


def cancel(jobs: list[str]) -> None:
    """Cancel jobs; those that ended already are no error."""
    for start in range(0, len(jobs), 100):
        subprocess.run(["scancel", *jobs[start : start + 100]], check=False)


def jobs_of_user() -> dict[str, Job]:
    """Return the jobs that the queue knows, by number: all that go on, and those that ended minutes ago."""
    text = _slurm("squeue", "--noheader", "--states=all", f"--user={getpass.getuser()}", "--format=%i|%T|%r|%j")
    rows = [line.split("|", 3) for line in text.splitlines()]
    return {number: Job(number, name, state, reason) for number, state, reason, name in rows}


def _slurm(*command: str) -> str:
    if shutil.which(command[0]) is None:
        raise ValueError(f"{command[0]} is not on the PATH; run this where Slurm's commands are")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout
