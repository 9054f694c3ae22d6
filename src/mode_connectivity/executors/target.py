"""Runs one stage for a scheduler: a line when it starts and ends, its whole output where it fails.

python -m mode_connectivity.executors.target STAGE RECORDS
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from mode_connectivity.executors.records import Records
from mode_connectivity.executors.supervised import Told, run_told

INTERRUPTED = 130

DVC = "mode_connectivity.executors.dvc_command"


def main(stage: str, records: Records) -> int:
    """Run `stage` by DVC and return its status."""
    told = Told(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    records.note(stage, "started")
    _say(f"{records.counts().line()} {stage} starts")
    started = time.monotonic()
    with records.log(stage).open("wb") as log:
        command = [sys.executable, "-m", DVC, "--wait-for-lock", "repro", "--single-item", stage]
        status = run_told(command, told, stdout=log, stderr=subprocess.STDOUT)
    stopped = bool(status and told.signals)
    state = "stopped" if stopped else "failed" if status else "ended"
    records.note(stage, state)
    outcome = f"failed with status {status}; its output:" if state == "failed" else state
    _say(f"{records.counts().line()} {stage} {outcome} ({time.monotonic() - started:.0f} s)")
    if state == "failed":
        _say(records.log(stage).read_text(errors="replace"))
    return INTERRUPTED if stopped else status


def _say(text: str) -> None:
    """Print whole lines in one call, since other stages print as well."""
    os.write(1, f"{text}\n".encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Records(Path(sys.argv[2]))))
