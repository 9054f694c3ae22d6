"""Keeps what is known of a run of the graph on disk: which stages started, ended or failed, and when."""

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATES = ("started", "ended", "failed", "stopped")  # of a stage, the later instead of the earlier


@dataclass(frozen=True)
class Counts:
    """Counts the stages of a run that ended, of `total`; `seconds` since its start."""

    ended: int
    total: int
    seconds: float

    def line(self) -> str:
        """Return the counts, the elapsed time and an estimate of the time that is left."""
        left = ""
        if 0 < self.ended < self.total:
            left = f", about {clock(self.seconds / self.ended * (self.total - self.ended))} left"
        return f"[{self.ended}/{self.total} {clock(self.seconds)}{left}]"


class Records:
    """A folder with a file for each stage that was started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, stages: list[str], **facts: Any) -> None:
        """Forget the last run and begin one of `stages`; `facts` are kept with it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        run = {"stages": stages, "started": time.time(), "process": os.getpid(), **facts}
        (self.folder / "run.json").write_text(json.dumps(run, indent=1))

    def run(self) -> dict[str, Any]:
        """Return what was kept when the run began: its stages, its start, its process and further facts; or nothing."""
        file = self.folder / "run.json"
        values: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return values

    def note(self, stage: str, state: str) -> None:
        """Note that `stage` reached this one of STATES now."""
        (self.folder / f"{stage}.{state}").write_text(str(time.time()))
        for earlier in STATES[1:]:
            if earlier != state:
                (self.folder / f"{stage}.{earlier}").unlink(missing_ok=True)

    def times(self, stage: str) -> dict[str, float]:
        """Return when the stage reached each of its states."""
        files = {state: self.folder / f"{stage}.{state}" for state in STATES}
        return {state: float(file.read_text() or 0) for state, file in files.items() if file.exists()}

    def log(self, stage: str) -> Path:
        """Return the file of what a stage prints."""
        return self.folder / f"{stage}.log"

    def having(self, state: str) -> list[str]:
        """Return the stages with this note, in the order of the run."""
        return [stage for stage in self.run()["stages"] if (self.folder / f"{stage}.{state}").exists()]

    def counts(self) -> Counts:
        """Return the counts of this moment."""
        run = self.run()
        return Counts(len(self.having("ended")), len(run["stages"]), time.time() - run["started"])


def clock(seconds: float) -> str:
    """Return a duration for people."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
