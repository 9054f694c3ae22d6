"""Says where a run comes from: commit, stage, experiment, and the command that a person gave."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from mode_connectivity.tracking.machine import machine_tags
from mode_connectivity.tracking.secrets import without_secrets

COMMANDS = ("make", "dvc", "mode-connectivity")
SYNC = ("make sync", "mode-connectivity sync")  # which log results that another command made
EXPERIMENT = "DVC_EXP_NAME"
DVC = "mode_connectivity.executors.dvc_command"
INTERPRETERS = ("python", "sh", "bash")


def experiment_name() -> str:
    """Return the name of the DVC experiment that runs this stage; empty where none does."""
    return os.environ.get(EXPERIMENT, "")


def provenance_tags() -> dict[str, str]:
    """Return Python's version, DVC's stage and experiment, the commit, and within a stage the processor it ran on."""
    tags = {"python": sys.version.split()[0]}
    for tag, variable in (("dvc.stage", "DVC_STAGE"), ("dvc.experiment", EXPERIMENT)):
        if os.environ.get(variable):
            tags[tag] = os.environ[variable]
    if "dvc.stage" in tags:  # what `make sync` logs may have run on another machine
        tags |= machine_tags()
    commit = _output("git", "rev-parse", "HEAD")
    if commit:
        tags |= {"git.commit": commit, "mlflow.source.git.commit": commit}
        tags["git.dirty"] = str(bool(_output("git", "status", "--porcelain", "--untracked-files=no"))).lower()
    return tags


def command() -> str:
    """Return the command of the outermost make, dvc or mode-connectivity that this process descends from."""
    command, process = "", os.getpid()
    for _ in range(20):
        parent, _, words = _output("ps", "-ww", "-o", "ppid=,command=", "-p", str(process)).strip().partition(" ")
        if not parent.isdigit():
            break
        command = _named(words.split()) or command
        process = int(parent)
    return "" if command in SYNC else without_secrets(command)


def _named(words: list[str]) -> str:
    if words and Path(words[0]).name.startswith(INTERPRETERS):
        words = ["dvc", *words[3:]] if words[1:3] == ["-m", DVC] else words[1:]
    if not words or Path(words[0]).name not in COMMANDS:
        return ""
    if "queue-worker" in words:
        return "dvc queue start"
    return shlex.join([Path(words[0]).name, *words[1:]])


def _output(*arguments: str) -> str:
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
