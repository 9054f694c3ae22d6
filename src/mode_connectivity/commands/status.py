"""Shows the stages of the newest run, on this machine or on Slurm: done, running, waiting, failed, stale."""

import argparse
from pathlib import Path

EXAMPLE = "  mode-connectivity status"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument("--quick", action="store_true", help="do not ask DVC which other stages are stale")


def run(given: argparse.Namespace) -> None:
    """Print the table."""
    from mode_connectivity.executors import table
    from mode_connectivity.executors.records import Records
    from mode_connectivity.executors.side_by_side import RECORDS
    from mode_connectivity.executors.slurm import queue
    from mode_connectivity.executors.slurm.collection import uncollected
    from mode_connectivity.executors.slurm.folder import Submission

    here, cluster = Records(RECORDS), Submission(Path.cwd())
    begun = {records.run()["started"]: records for records in (here, cluster) if records.run()}
    rows: list[table.Row] = []
    waiting: list[str] = []
    if begun:
        newest = begun[max(begun)]
        known = queue.jobs_of_user() if newest is cluster else {}
        rows = table.rows_of_jobs(cluster, known) if newest is cluster else table.rows_here(here)
        waiting = uncollected(cluster) if newest is cluster else []
        if failed := table.last_lines(newest, rows):
            print(failed)
    if not given.quick:
        rows = table.with_stale(rows, _stale(), waiting)
    print(table.text_of(rows))


def _stale() -> list[str]:
    """Return the stages that DVC finds not up to date, those that look at their source each time aside."""
    from dvc.repo import Repo

    from mode_connectivity.executors.dvc_readers import mend_readers
    from mode_connectivity.executors.graph import changed_stages, looking_stages, stage_graph, with_descendants
    from mode_connectivity.executors.one_at_a_time import workspace

    mend_readers(workspace())
    with Repo(".") as repo:
        first = looking_stages(repo)
        return [stage for stage in with_descendants(stage_graph(repo), changed_stages(repo)) if stage not in first]
