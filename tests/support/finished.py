"""Finishes a small study in one process, `python -m support.finished FOLDER`: minutes less than a process a stage.

DVC is told of the results as of those of a person, by `dvc commit`, and `mode-connectivity sync` logs them.
"""

import sys
from contextlib import chdir
from pathlib import Path

from mode_connectivity.commands.stage_graph import stage_graph
from support.in_process import run_stage
from support.project_copy import Project

PREFIX = "sh src/scripts/stage "


def finish(project: Project) -> None:
    """Run every stage of the project in this process, then have DVC and the tracking store take the results."""
    with chdir(project.root):
        graph = stage_graph()
    for stage in graph.values():
        run_stage(project, stage.command.removeprefix(PREFIX))
    project.run("dvc", "commit", "--force", "--quiet")
    project.run("mode-connectivity", "sync")


if __name__ == "__main__":
    finish(Project.at(Path(sys.argv[1])))
