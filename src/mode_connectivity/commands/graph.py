"""Writes the graph of stages as a makefile, for GNU make."""

import argparse

EXAMPLE = """\
  mode-connectivity graph --makefile > stages.mk && make -k -j4 -f stages.mk
  mode-connectivity graph --makefile --plain > stages.mk && timeout 540 make -j2 -f stages.mk"""
BY_DVC = "dvc --wait-for-lock repro --single-item"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("--makefile", action="store_true", help="as a makefile (default: a line a stage)")
    plain = "a makefile for a machine without DVC and MLflow: the same command goes on where it was stopped"
    parser.add_argument("--plain", action="store_true", help=plain)


def run(given: argparse.Namespace) -> None:
    """Print every stage and what it needs."""
    from mode_connectivity.commands.stage_graph import makefile, plain_makefile, stage_graph

    graph = stage_graph()
    if given.plain:
        print(plain_makefile(graph))
    elif given.makefile:
        print(makefile(graph, list(graph), BY_DVC))
    else:
        for name, stage in graph.items():
            print(f"{name}: {' '.join(stage.needs)}".rstrip())
