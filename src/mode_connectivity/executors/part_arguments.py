"""Runs a part of a study as the arguments of a command line say."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mode_connectivity.executors.in_parts import run_part
from mode_connectivity.params.changing import changed


def arguments_of_a_part(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say where a study lies and how long a part of it may take."""
    parser.add_argument("folder", type=Path, help="where the study lies, made by the first part")
    parser.add_argument("--seconds", type=float, default=540.0, help="a part ends after so many, or soon after (540)")
    parser.add_argument("--jobs", type=int, default=1, help="stages side by side (1)")
    parser.add_argument("--results", type=Path, help="where small results are copied (FOLDER/results)")
    parser.add_argument(
        "--stages",
        default="",
        metavar="A,B",
        help="only these stages, or tasks as `restricted@mid-*`, and what they need",
    )
    text = "another value of the params, such as dataset.root=/data or seeds=[0,1]; several are allowed"
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="changes", help=text)


def exit_after_part(given: argparse.Namespace, changes: Mapping[str, Any]) -> None:
    """Run one part of the study that the arguments and `changes` of the params describe, and exit with its status."""
    text = changed(given.params, changes, given.changes)
    results = given.results or given.folder / "results"
    stages = [stage for stage in given.stages.split(",") if stage]
    sys.exit(run_part(given.folder, text, given.jobs, given.seconds, results=results, stages=stages))
