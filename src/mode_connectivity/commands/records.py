"""Keeps a study in a folder: its params, and all records of a workspace in one file.

What is not finished is left out, so that each training can be kept as it ends.
"""

import argparse
import shutil
from contextlib import chdir
from pathlib import Path

from mode_connectivity.foundations import layout
from mode_connectivity.params import Params
from mode_connectivity.reports.records import collected, write_records

EXAMPLE = "  mode-connectivity records reports/studies/mine --of .state/studies/mine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--of", type=Path, default=Path(), help="the workspace, as of `study` (default: this one)")
    parser.add_argument("folder", type=Path, help="takes params.yaml and records.json, which page and verdict read")


def run(given: argparse.Namespace) -> None:
    """Write the records of the workspace and copy its params.

    Raises:
        ParamsError: no params, or unusable ones.
    """
    with chdir(given.of):
        records = collected(Params.load(layout.PARAMS))
    given.folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(given.of / layout.PARAMS, given.folder / layout.PARAMS.name)
    count = sum(map(len, records.kinds.values()))
    print(f"{write_records(given.folder, records)}: {count} records")
