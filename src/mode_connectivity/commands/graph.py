"""Writes the graph of stages as a makefile, for GNU make."""

import argparse
import sys

EXAMPLE = "  mode-connectivity graph --makefile > stages.mk && make -j4 -f stages.mk all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("--makefile", action="store_true", help="as a makefile (default: a line a stage)")


def run(given: argparse.Namespace) -> None:
    """Print every stage and what it needs."""
    from dvc.repo import Repo

    from mode_connectivity.executors.graph import stage_graph
    from mode_connectivity.executors.makefile import makefile
    from mode_connectivity.executors.records import Records
    from mode_connectivity.executors.side_by_side import RECORDS, TARGET

    with Repo(".") as repo:
        graph = stage_graph(repo)
    if given.makefile:
        Records(RECORDS).begin(list(graph))
        print(makefile(graph, RECORDS, f"{sys.executable} -m {TARGET}"))
    else:
        for stage, needs in graph.items():
            print(f"{stage}: {' '.join(needs)}".rstrip())
