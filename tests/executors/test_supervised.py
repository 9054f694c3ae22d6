"""A stage that is told to stop once keeps its state, whoever tells it, and is waited for."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from mode_connectivity.executors import supervised

# Counts signals until two seconds after the first, as a stage that ends a long step; its parent, like DVC, dies of one.
STAGE = """\
import pathlib, signal, time
told = []
signal.signal(signal.SIGTERM, lambda *_: told.append(1))
pathlib.Path("ready").touch()
while not told:
    time.sleep(0.01)
time.sleep(2)
pathlib.Path("kept").write_text(str(len(told)))
"""
PARENT = "import subprocess, sys; subprocess.run([sys.executable, 'stage.py'])"
JOB = f"""\
import signal, sys
from mode_connectivity.executors.supervised import Told, run_told
run_told([sys.executable, "-c", {PARENT!r}], Told(signal.SIGUSR1, signal.SIGTERM))
"""


@pytest.mark.parametrize("who", ["the job", "everyone", "the job, then everyone"])
def test_a_stage_is_told_once_and_waited_for(tmp_path: Path, who: str) -> None:
    """Slurm warns the job ahead of a preemption, and without a time of grace ends all of it in the same moment."""
    (tmp_path / "stage.py").write_text(STAGE)
    job = subprocess.Popen([sys.executable, "-c", JOB], cwd=tmp_path)
    while not (tmp_path / "ready").exists():
        assert job.poll() is None
        time.sleep(0.05)
    parent, stage = psutil.Process(job.pid).children(recursive=True)
    if "then" in who:
        os.kill(job.pid, signal.SIGUSR1)
    os.kill(job.pid, signal.SIGTERM)
    if "everyone" in who:  # one after the other, as Slurm does
        time.sleep(0.5)
        os.kill(parent.pid, signal.SIGTERM)
        os.kill(stage.pid, signal.SIGTERM)
    job.wait()
    assert (tmp_path / "kept").read_text() == "1"


def test_a_process_that_ended_is_not_waited_for_though_its_parent_never_asks() -> None:
    """In a container whose first process reaps nobody, it stays in the session for ever."""
    # Kept by a name: Popen asks for one that nobody holds.
    orphan = "import subprocess, os; os.setsid(); kept = subprocess.Popen(['true']); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", orphan], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdout.readline()
        (child,) = psutil.Process(parent.pid).children()
        while child.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert supervised._is_of_session(parent.pid, parent.pid)
        assert not supervised._is_of_session(parent.pid, child.pid)
        parent.stdin.write("\n")
