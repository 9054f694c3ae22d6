"""Runs one stage for a scheduler: a line when it starts and ends, its whole output where it fails.

python -m mode_connectivity.executors.target STAGE RECORDS
"""

import signal
import sys
import time
from pathlib import Path

from mode_connectivity.executors import dvc_command
from mode_connectivity.executors.records import Records
from mode_connectivity.executors.supervised import Told, work_told
from mode_connectivity.running.program import program

INTERRUPTED = 130


def main(stage: str, records: Records) -> int:
    """Run `stage` by DVC and return its status."""
    told = Told(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    records.note(stage, "started")
    _say(f"{records.counts().line()} {stage} starts")
    started = time.monotonic()
    status = work_told(
        lambda: dvc_command.main(["--wait-for-lock", "repro", "--single-item", stage]), told, records.log(stage)
    )
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
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with program(()):
        sys.exit(main(sys.argv[1], Records(Path(sys.argv[2]))))
