"""Reads the graph of stages from DVC: what needs what, in DVC's own order, and what is not up to date."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvc.repo import Repo

Graph = dict[str, list[str]]  # stage -> the stages that it needs, in the order in which `dvc repro` runs them

ALWAYS = ["always changed"]  # what `dvc status` says of a stage that looks at its source each time, and is up to date


def stage_graph(repo: "Repo") -> Graph:
    """Return every stage with the stages that it needs directly."""
    from dvc.repo.reproduce import plan_repro

    graph = repo.index.graph
    return {
        stage.addressing: sorted(need.addressing for need in graph.successors(stage)) for stage in plan_repro(graph)
    }


def looking_stages(repo: "Repo") -> list[str]:
    """Return the stages that need no other and run each time, since only running tells whether their source changed."""
    return [stage.addressing for stage in repo.index.graph if stage.always_changed and not repo.index.graph[stage]]


def stale_stages(repo: "Repo", graph: Graph) -> list[str]:
    """Return the stages that `dvc status` names and all their descendants, which it may name only later.

    A stage that is named only because it always is does not count: `looking_stages` run first.
    """
    return with_descendants(graph, (stage for stage, reasons in repo.status().items() if reasons != ALWAYS))


def changed_stages(repo: "Repo") -> list[str]:
    """Return the stages that `dvc status` would name, those that it always names aside.

    It takes none of DVC's locks, which stages that run hold.
    """
    return [
        stage.addressing
        for stage in repo.index.stages
        if any(item.status() for item in (*stage.deps, *stage.outs)) or stage.changed_stage()
    ]


def with_descendants(graph: Graph, stages: Iterable[str]) -> list[str]:
    """Return these stages and all that need them, in the order of the graph."""
    reached = set(stages)
    for stage, needs in graph.items():  # needs stand before what needs them
        if reached.intersection(needs):
            reached.add(stage)
    return [stage for stage in graph if stage in reached]


def part_of(graph: Graph, stages: Collection[str]) -> Graph:
    """Return the graph of `stages` alone: what else they need is up to date."""
    return {stage: [need for need in graph[stage] if need in stages] for stage in stages}
