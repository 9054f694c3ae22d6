"""Copies what is small of a study to another folder, and says what lies there already."""

import shutil
from pathlib import Path

from mode_connectivity import layout
from mode_connectivity.executors.tasks import Task

# What is small and says all: reports, the page, histories, what was swapped.
SMALL = (
    "reports/**/*.json",
    "reports/**/*.md",
    "reports/comparison/*",
    "reports/locality/*",
    "reports/mechanisms/*",
    "reports/index.html",
    "models/**/*.json",
)


def keep_small(folder: Path, results: Path) -> None:
    """Copy what is small and new of a study in `folder` to `results`: reports, histories, metadata.

    Its params go where there are none: those of a committed study have comments, and name no folder of this machine.
    """
    files = [file for pattern in SMALL for file in sorted(folder.glob(pattern)) if file.is_file()]
    if not (results / layout.PARAMS).exists():
        files.append(folder / layout.PARAMS)
    for file in files:
        place = results / file.relative_to(folder)
        if not place.exists() or place.stat().st_mtime_ns != file.stat().st_mtime_ns:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, place)


def is_kept(task: Task, folder: Path, results: Path) -> bool:
    """Return whether all that a task makes is a record in `results` which another folder than `folder` made."""
    if task.stage == "baselines":
        record = layout.baselines(task.item("variant"), int(task.item("seed")))
    elif task.stage == "restricted":
        seed, region, effort = int(task.item("seed")), task.item("restrict"), task.item("effort")
        record = layout.restricted(task.item("variant"), seed, region, effort)
    else:
        return False
    return (results / record).is_file() and not (folder / record).exists()
