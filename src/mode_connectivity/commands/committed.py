"""Puts dvc.lock, the reports and the results back as they are committed, unless a person edited them."""

import argparse
from pathlib import Path

EXAMPLE = "  mode-connectivity committed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("--force", action="store_true", help="also what a person edited")


def run(given: argparse.Namespace) -> None:
    """Put them back, and say so."""
    from mode_connectivity.executors.committed import put_back

    put_back(Path.cwd(), given.force)
    print("dvc.lock and reports are the committed ones; results that are not in DVC's cache are absent")
