"""Copies what is small of a study to another folder."""

import shutil
from pathlib import Path

# What is small and says all: reports, histories, what was swapped.
SMALL = (
    "params.yaml",
    "reports/**/*.json",
    "reports/**/*.md",
    "reports/comparison/*",
    "reports/locality/*",
    "models/**/*.json",
)


def keep_small(folder: Path, results: Path) -> None:
    """Copy what is small of a study in `folder` to `results`: reports, histories, metadata, and its params."""
    for pattern in SMALL:
        for file in sorted(folder.glob(pattern)):
            if file.is_file():
                place = results / file.relative_to(folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)
