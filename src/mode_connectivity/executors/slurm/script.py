"""Writes the batch script of a job."""

import shlex
import sys
from pathlib import Path

from mode_connectivity.executors.slurm.cluster import Cluster, Resources
from mode_connectivity.tracking.secrets import without_secrets

SIGNAL = "USR1"  # ahead of the time limit; Slurm itself uses TERM to cancel
JOB = "mode_connectivity.executors.slurm.job"
# A clone that reads the objects of the repository: `git worktree` fails at times where several are made at once, since
# each looks at all others (3 % of 160, by four processes).
TREE = """\
rm -rf "$tree"
git clone --quiet --shared --no-checkout --template= "$root" "$tree"
cd "$tree"
git -c core.hooksPath=/dev/null checkout --quiet --detach {commit}
"""
COLLECT = """\
cd "$root"
status=0
PYTHONPATH="$tree/src" {python} -m mode_connectivity.commands collect{option} || status=$?
rm -rf "$tree"
exit $status
"""


def stage_script(stage: str, cluster: Cluster, *, root: Path, tree: Path, log: Path, commit: str, tracking: str) -> str:
    """Return the script of the job that runs `stage` at `commit` in a clone of the repository in `root`, in `tree`."""
    resources = cluster.resources(stage)
    options = [f"--signal=B:{SIGNAL}@{cluster.signal_seconds}", "--requeue", *_options(resources)]
    body = TREE.format(commit=commit)
    run = f'PYTHONPATH="$tree/src" exec {shlex.quote(sys.executable)} -m {JOB} "$root" {shlex.quote(stage)}'
    export = f"{_store(tracking)}\nexport MODE_CONNECTIVITY_RESTARTS={cluster.restarts}\n"
    return _script(stage, resources, options, log, root, f"tree={shlex.quote(str(tree))}\n{export}{body}{run}\n")


def collection_script(cluster: Cluster, *, root: Path, tree: Path, log: Path, commit: str, tracking: str) -> str:
    """Return the script of the last job, which brings the results of all others into the main workspace."""
    resources = cluster.defaults.model_copy(update={"gpus": 0})
    body = f"tree={shlex.quote(str(tree))}\n{TREE.format(commit=commit)}"
    body += f"{_store(tracking)}\n"
    option = "" if tracking else " --unlogged"
    body += COLLECT.format(python=shlex.quote(sys.executable), option=option)
    return _script(f"collect-{commit[:8]}", resources, _options(resources), log, root, body)


def _store(tracking: str) -> str:
    """Return the line that names the store; one with a password comes with the environment of `sbatch` instead."""
    if not tracking:
        return "export MODE_CONNECTIVITY_UNTRACKED=1"
    if without_secrets(tracking) == tracking:
        return f"export MLFLOW_TRACKING_URI={shlex.quote(tracking)}"
    return ': "${MLFLOW_TRACKING_URI:?holds a password, so it is in no script; it comes by sbatch --export=ALL}"'


def _script(name: str, resources: Resources, options: list[str], log: Path, root: Path, body: str) -> str:
    heading = [f"--job-name={name}", f"--output={log}", "--open-mode=append", f"--chdir={root}", *options]
    lines = ["#!/bin/sh", *(f"#SBATCH {option}" for option in heading)]
    lines += ["set -e", f"trap '' {SIGNAL}", *resources.setup]
    lines += [f"root={shlex.quote(str(root))}", 'export DVC_ROOT="$root"']
    lines += [f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"']
    return "\n".join(lines) + "\n" + body


def _options(resources: Resources) -> list[str]:
    given = {
        "partition": resources.partition,
        "account": resources.account,
        "constraint": resources.constraint,
        "cpus-per-task": resources.cpus,
        "mem": resources.memory,
        "time": resources.time,
        "gres": f"gpu:{resources.gpus}" if resources.gpus else None,
    }
    return [f"--{name}={value}" for name, value in given.items() if value is not None] + list(resources.flags)
