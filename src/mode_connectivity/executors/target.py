"""Runs one stage for a scheduler: a line when it starts and ends, its whole output where it fails.

python -m mode_connectivity.executors.target STAGE RECORDS
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from mode_connectivity.executors.records import Records

DVC = "mode_connectivity.executors.dvc_command"


def main(stage: str, records: Records) -> int:
    """Run `stage` by DVC and return its status."""
    records.note(stage, "started")
    _say(f"{records.counts().line()} {stage} starts")
    started = time.monotonic()
    with records.log(stage).open("wb") as log:
        command = [sys.executable, "-m", DVC, "--wait-for-lock", "repro", "--single-item", stage]
        status = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    seconds = time.monotonic() - started
    records.note(stage, "failed" if status else "ended")
    outcome = f"failed with status {status}; its output:" if status else "ended"
    _say(f"{records.counts().line()} {stage} {outcome} ({seconds:.0f} s)")
    if status:
        _say(records.log(stage).read_text(errors="replace"))
    return status


def _say(text: str) -> None:
    """Print whole lines in one call, since other stages print as well."""
    os.write(1, f"{text}\n".encode())


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], Records(Path(sys.argv[2]))))
    except KeyboardInterrupt:
        sys.exit(130)
