"""Submits the graph of stages to Slurm: one job a stage, all held until the whole graph stands."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mode_connectivity.executors.graph import Graph
from mode_connectivity.executors.lock_entries import read_entries
from mode_connectivity.executors.slurm import queue
from mode_connectivity.executors.slurm.cluster import Cluster
from mode_connectivity.executors.slurm.folder import Submission
from mode_connectivity.executors.slurm.refusals import head
from mode_connectivity.executors.slurm.script import collection_script, stage_script
from mode_connectivity.executors.slurm.tree import copy_output

if TYPE_CHECKING:
    from dvc.repo import Repo

COLLECTION = ""  # stands for the last job among those of the stages


def refuse_second(submission: Submission) -> None:
    """Refuse to submit while jobs of the last submission go on.

    Raises:
        ValueError: some do.
    """
    known = queue.jobs_of_user() if submission.jobs else {}
    still = [number for number in submission.jobs.values() if number in known and known[number].goes_on]
    if still:
        raise ValueError(f"{len(still)} jobs of the last submission go on; wait, or: scancel {' '.join(still)}")


def prepare(repo: "Repo", graph: Graph, stale: list[str]) -> Submission:
    """Keep on disk all that jobs need to know of the workspace as it is now; forget the last submission."""
    submission = Submission(Path(repo.root_dir))
    for tree in submission.folder.glob("trees/*"):
        shutil.rmtree(tree)
    known = list(dict.fromkeys(name for stage in stale for name in (stage, *graph[stage])))
    stages = {stage.addressing: stage for stage in repo.index.stages}
    uncached = {name: [out.def_path for out in stages[name].outs if not out.use_cache] for name in known}
    entries = read_entries(submission.root / "dvc.lock")
    submission.begin(
        stale,
        commit=head(submission.root),
        cache=repo.cache.local_cache_dir,
        graph={stage: graph[stage] for stage in stale},
        order=list(graph),
        before=list(entries),
        uncached=uncached,
    )
    for name in known:
        if name in entries:
            submission.entry(name).parent.mkdir(exist_ok=True)
            submission.entry(name).write_text(entries[name])
        for out in uncached[name]:
            if (submission.root / out).exists():
                copy_output(submission.root / out, submission.kept(out))
    return submission


def scripts(submission: Submission, stages: list[str], cluster: Cluster, commit: str, tracking: str) -> dict[str, str]:
    """Return the script of each stage's job, and that of the collection."""
    texts = {
        stage: stage_script(
            stage,
            cluster,
            root=submission.root,
            tree=submission.tree(stage),
            log=submission.log(stage),
            commit=commit,
            tracking=tracking,
        )
        for stage in stages
    }
    log, tree = submission.log("collect"), submission.tree("collect")
    last = collection_script(cluster, root=submission.root, tree=tree, log=log, commit=commit, tracking=tracking)
    return {**texts, COLLECTION: last}


def submit_all(submission: Submission, cluster: Cluster, tracking: str) -> dict[str, str]:
    """Submit the jobs of a prepared submission and return them, by stage; where Slurm refuses one, none stays.

    Raises:
        ValueError: Slurm refused a script.
    """
    graph = submission.graph
    texts = scripts(submission, list(graph), cluster, submission.facts["commit"], tracking)
    jobs: dict[str, str] = {}
    try:
        for stage, text in texts.items():
            script = submission.script(stage or "collect")
            script.write_text(text)
            if stage == COLLECTION:
                jobs[stage] = queue.submit(script, list(jobs.values()), condition="afterany")
            else:
                jobs[stage] = queue.submit(script, [jobs[need] for need in graph[stage] if need in jobs])
        submission.keep_jobs(jobs)
        queue.release([jobs[stage] for stage, needs in graph.items() if not any(need in jobs for need in needs)])
    except (ValueError, KeyboardInterrupt):
        queue.cancel(list(jobs.values()))
        raise
    return jobs
