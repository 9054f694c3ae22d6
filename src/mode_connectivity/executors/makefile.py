"""Writes a graph of stages as a makefile: one phony target a stage."""

from pathlib import Path

from mode_connectivity.executors.graph import Graph


def makefile(graph: Graph, records: Path, run: str) -> str:
    """Return the makefile that has `run STAGE RECORDS` for every stage of `graph`, after those that it needs."""
    lines = [f"RUN := {run}", f".PHONY: all {' '.join(graph)}", f"all: {' '.join(graph)}", ""]
    for stage, needs in graph.items():
        lines += [f"{stage}: {' '.join(needs)}".rstrip(), f"\t@$(RUN) {stage} {records}", ""]
    return "\n".join(lines)
