"""Writes a graph of stages as a makefile: one phony target a stage."""

from pathlib import Path

from mode_connectivity.executors.graph import Graph

RECIPE = "@$(PYTHON) -m mode_connectivity.executors.target"


def makefile(graph: Graph, records: Path, python: str) -> str:
    """Return the makefile that runs every stage of `graph` after those that it needs, with its record in `records`."""
    lines = [f"PYTHON := {python}", f".PHONY: all {' '.join(graph)}", f"all: {' '.join(graph)}", ""]
    for stage, needs in graph.items():
        lines += [f"{stage}: {' '.join(needs)}".rstrip(), f"\t{RECIPE} {stage} {records}", ""]
    return "\n".join(lines)
