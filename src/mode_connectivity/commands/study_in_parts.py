"""Runs the studies of a params file in parts that end in time and resume, on one machine, without DVC and MLflow.

Its small results suffice for `mode-connectivity verdict`, so they can be committed after every part.
"""

import argparse
from pathlib import Path

from mode_connectivity.executors.part_arguments import arguments_of_a_part, exit_after_part

EXAMPLE = (
    "  mode-connectivity study-in-parts /scratch/mine --params mine.yaml --seconds 3000 --stages baselines,restricted"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    arguments_of_a_part(parser)
    parser.add_argument("--params", type=Path, required=True, help="the params file of the study")


def run(given: argparse.Namespace) -> None:
    """Run one part and exit with its status: 0 all is done, 75 the same command goes on, 1 a stage failed."""
    exit_after_part(given, {})
