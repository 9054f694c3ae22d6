"""Submits the stages that are not up to date to Slurm, one job each."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvc.repo import Repo

    from mode_connectivity.executors.graph import Graph
    from mode_connectivity.executors.slurm.cluster import Cluster
    from mode_connectivity.executors.slurm.folder import Submission

UP_TO_DATE = "Data and pipelines are up to date."
EXAMPLE = "  mode-connectivity submit --dry-run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("--dry-run", action="store_true", help="print the scripts and submit nothing")


def run(given: argparse.Namespace) -> None:
    """Check the workspace and cluster.yaml, submit, and print a table of stages and jobs."""
    from dvc.repo import Repo

    from mode_connectivity import layout
    from mode_connectivity.executors.graph import stage_graph
    from mode_connectivity.executors.one_at_a_time import alone, workspace
    from mode_connectivity.executors.slurm import refusals
    from mode_connectivity.executors.slurm.cluster import Cluster
    from mode_connectivity.executors.slurm.folder import Submission
    from mode_connectivity.params import Params

    refusals.refuse_auto(Params.load(layout.PARAMS))
    cluster = Cluster.load()
    tracking = refusals.tracking_uri(later=cluster.tracking == "collection")
    last = Submission(Path.cwd())
    with Repo(".") as repo:
        refusals.refuse_uncommitted(repo)
        graph = stage_graph(repo)
        cluster.check_stages(graph)
        if given.dry_run:
            _print_scripts(repo, graph, last, cluster, tracking)
            return
    with alone(workspace()):
        _submit(last, cluster, tracking)


def _print_scripts(repo: "Repo", graph: "Graph", last: "Submission", cluster: "Cluster", tracking: str) -> None:
    from mode_connectivity.executors.graph import looking_stages, stale_stages
    from mode_connectivity.executors.slurm import refusals, submission

    first = looking_stages(repo)
    stale = [stage for stage in stale_stages(repo, graph) if stage not in first]
    commit = refusals.head(last.root)
    print("\n".join(submission.scripts(last, stale, cluster, commit, tracking).values()) if stale else UP_TO_DATE)


def _submit(last: "Submission", cluster: "Cluster", tracking: str) -> None:
    """Collect what the last submission left, look what is stale, and submit that."""
    from dvc.repo import Repo

    from mode_connectivity.executors.side_by_side import stale_graph
    from mode_connectivity.executors.slurm import submission
    from mode_connectivity.executors.slurm.collection import alone, collect

    submission.refuse_second(last)
    if last.run():
        with alone(last):
            collect(last)
    graph, stale = stale_graph()
    if not stale:
        print(UP_TO_DATE)
        return
    with Repo(".") as repo:
        new = submission.prepare(repo, graph, stale)
    jobs = submission.submit_all(new, cluster, tracking)
    width = max(map(len, stale))
    print("\n".join(f"{stage or 'collection':<{width}}  {job}" for stage, job in jobs.items()))
    print(f"{len(stale)} stages submitted; make status shows them, make collect brings back what is done")
