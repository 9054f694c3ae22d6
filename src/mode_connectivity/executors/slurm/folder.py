"""Holds a submission on disk, in the main workspace: what was submitted, and what its jobs have brought so far."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

from mode_connectivity.executors.graph import Graph
from mode_connectivity.executors.records import Records

FOLDER = Path(".state/slurm")


class Submission(Records):
    """The records of the newest submission in the workspace `root`, and the places of its files."""

    def __init__(self, root: Path) -> None:
        super().__init__(root / FOLDER)
        self.root = root

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Return what `begin` kept; read once."""
        return self.run()

    @property
    def graph(self) -> Graph:
        """Return the stages of the submission, each with all that it needs, in it or not."""
        graph: Graph = self.facts["graph"]
        return graph

    @property
    def jobs(self) -> dict[str, str]:
        """Return the job of each stage, and under "" that of the collection."""
        file = self.folder / "jobs.json"
        jobs: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        return jobs

    def keep_jobs(self, jobs: dict[str, str]) -> None:
        """Keep the job of each stage."""
        (self.folder / "jobs.json").write_text(json.dumps(jobs, indent=1))

    def script(self, stage: str) -> Path:
        """Return the file of a job's script."""
        return self.folder / f"{stage}.sh"

    def tree(self, stage: str) -> Path:
        """Return the tree in which the job of a stage works."""
        return self.folder / "trees" / stage

    def entry(self, stage: str) -> Path:
        """Return the file with the entry that dvc.lock had for a stage when it was submitted."""
        return self.folder / "entries" / stage

    def kept(self, out: str) -> Path:
        """Return the copy of an output that only Git keeps, as it was at submission."""
        return self.folder / "kept" / out

    def result(self, stage: str) -> Path:
        """Return the folder of what a finished job made: its entry of dvc.lock, and its outputs that no cache keeps."""
        return self.folder / "results" / stage

    def newest_entry(self, stage: str) -> str | None:
        """Return the entry of dvc.lock that a stage has by now, of its job or of the submission."""
        for file in (self.result(stage) / "entry", self.entry(stage)):
            if file.exists():
                return file.read_text()
        return None
