"""Keeps what is known of a run of the graph on disk: which stages started, ended or failed, and when."""

import json
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Counts:
    """Counts the stages of a run that ended, failed and run now, of `total`; `seconds` since its start."""

    ended: int
    failed: int
    running: int
    total: int
    seconds: float

    def line(self) -> str:
        """Return the counts, the elapsed time and an estimate of the time that is left."""
        left = ""
        if 0 < self.ended < self.total:
            left = f", about {_clock(self.seconds / self.ended * (self.total - self.ended))} left"
        return f"[{self.ended}/{self.total} {_clock(self.seconds)}{left}]"


class Records:
    """A folder with a file for each stage that was started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, stages: list[str]) -> None:
        """Forget the last run and begin one of `stages`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in self.folder.iterdir():
            file.unlink()
        (self.folder / "run.json").write_text(json.dumps({"stages": stages, "started": time.time()}))

    def note(self, stage: str, state: str) -> None:
        """Note that `stage` is "started", "ended" or "failed" now."""
        (self.folder / f"{stage}.{state}").write_text(str(time.time()))

    def log(self, stage: str) -> Path:
        """Return the file of what a stage prints."""
        return self.folder / f"{stage}.log"

    def having(self, state: str) -> list[str]:
        """Return the stages with this note, in the order of the run."""
        return [stage for stage in self._run()[0] if (self.folder / f"{stage}.{state}").exists()]

    def counts(self) -> Counts:
        """Return the counts of this moment."""
        stages, begun = self._run()
        ended, failed, started = (len(self.having(state)) for state in ("ended", "failed", "started"))
        return Counts(ended, failed, started - ended - failed, len(stages), time.time() - begun)

    def _run(self) -> tuple[list[str], float]:
        values = json.loads((self.folder / "run.json").read_text())
        return values["stages"], values["started"]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
