"""Reads the graph of stages from DVC, and writes it as a makefile for GNU make."""

import json
import subprocess
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import yaml

STAMPS = Path(".state/stamps")
ALWAYS = "always changed"


@dataclass(frozen=True)
class Stage:
    """Holds the command of a stage and the names of the stages that it needs directly."""

    command: str
    needs: tuple[str, ...]


Graph = dict[str, Stage]  # what a stage needs stands before it


def stage_graph() -> Graph:
    """Return every stage of the repository around the current folder."""
    from dvc.repo import Repo

    with Repo(".") as repo:
        graph = repo.index.graph
        found = {
            stage.addressing: Stage(stage.cmd or "", tuple(sorted(need.addressing for need in graph.successors(stage))))
            for stage in graph
        }
    return {name: found[name] for name in TopologicalSorter({n: s.needs for n, s in found.items()}).static_order()}


def reasons_by_stage() -> dict[str, list[str | dict[str, dict[str, str]]]]:
    """Return what `dvc status` says of each stage that is not up to date.

    Raises:
        OSError: DVC could not say; the message is the last line of what it said instead.
    """
    done = subprocess.run(["dvc", "status", "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError((done.stderr.strip().splitlines() or ["dvc status failed"])[-1])
    reasons: dict[str, list[str | dict[str, dict[str, str]]]] = json.loads(done.stdout)
    return reasons


def looking_stages(graph: Graph, pipeline: Path = Path("dvc.yaml")) -> list[str]:
    """Return the stages that need no other and run each time, since only running tells whether their source changed."""
    stages = yaml.safe_load(pipeline.read_text())["stages"]
    return [name for name in graph if not graph[name].needs and stages.get(name, {}).get("always_changed")]


def with_descendants(graph: Graph, stages: Iterable[str]) -> list[str]:
    """Return these stages and all that need them, in the order of the graph."""
    reached = set(stages)
    for name, stage in graph.items():
        if reached.intersection(stage.needs):
            reached.add(name)
    return [name for name in graph if name in reached]


def makefile(graph: Graph, stages: Collection[str], run: str) -> str:
    """Return the makefile that has `run STAGE` for each of `stages`, after those of them that it needs."""
    lines = [f"RUN := {run}", f".PHONY: all {' '.join(stages)}", f"all: {' '.join(stages)}", ""]
    for name in stages:
        needs = (need for need in graph[name].needs if need in stages)
        lines += [f"{name}: {' '.join(needs)}".rstrip(), "\t@$(RUN) $@", ""]
    return "\n".join(lines)


def plain_makefile(graph: Graph) -> str:
    """Return the makefile that runs every stage's own command, without DVC; a stamp notes that a stage has ended."""
    lines = [
        "export MODE_CONNECTIVITY_UNTRACKED := 1",
        f"STAMPS := {STAMPS}",
        f"all: {' '.join(f'$(STAMPS)/{name}' for name in graph)}",
        "",
    ]
    for name, stage in graph.items():
        needs = " ".join(f"$(STAMPS)/{need}" for need in stage.needs)
        command = " && ".join(stage.command.strip().splitlines()).replace("$", "$$")
        lines += [f"$(STAMPS)/{name}: {needs}".rstrip(), f"\t@echo {name}", f"\t@{command}"]
        lines += ["\t@mkdir -p $(STAMPS) && touch $@", ""]
    return "\n".join(lines)
