"""Reads the graph of stages from DVC: what needs what, in DVC's own order, and what is not up to date."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvc.repo import Repo

Graph = dict[str, list[str]]  # stage -> the stages that it needs, in the order in which `dvc repro` runs them


def stage_graph(repo: "Repo") -> Graph:
    """Return every stage with the stages that it needs directly."""
    from dvc.repo.reproduce import plan_repro

    graph = repo.index.graph
    return {
        stage.addressing: sorted(need.addressing for need in graph.successors(stage)) for stage in plan_repro(graph)
    }


def stale_stages(repo: "Repo", graph: Graph) -> list[str]:
    """Return the stages that `dvc status` names and all their descendants, which it may name only later."""
    stale = set(repo.status())
    for stage, needs in graph.items():  # needs stand before what needs them
        if stale.intersection(needs):
            stale.add(stage)
    return [stage for stage in graph if stage in stale]


def part_of(graph: Graph, stages: list[str]) -> Graph:
    """Return the graph of `stages` alone: what else they need is up to date."""
    return {stage: [need for need in graph[stage] if need in stages] for stage in stages}
