"""Runs all stages that are not up to date with GNU make, several at a time."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from mode_connectivity.executors.graph import Graph, looking_stages, part_of, stage_graph, stale_stages
from mode_connectivity.executors.lock_order import entries_of, order_entries
from mode_connectivity.executors.makefile import makefile
from mode_connectivity.executors.records import Records
from mode_connectivity.executors.supervised import Told
from mode_connectivity.warm.servers import command, ready_processes

TARGET = "mode_connectivity.executors.target"
RECORDS = Path(".state/repro")
WAIT_SECONDS = 0.3
NAMED = 12  # stages; make status shows all


def default_jobs(threads: int) -> int:
    """Return how many stages of `threads` threads the cores can run at a time, at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // threads)


def stale_graph() -> tuple[Graph, list[str]]:
    """Run the stages that look at their source each time; return the whole graph, and then what is not up to date."""
    from dvc.repo import Repo

    before = entries_of()
    with Repo(".") as repo:  # one for all of it, since reading the graph takes as long as looking at the files
        graph = stage_graph(repo)
        for stage in looking_stages(repo):
            repo.reproduce(stage, single_item=True)
        order_entries(before, list(graph))
        return graph, stale_stages(repo, graph)


def run_side_by_side(jobs: int, held: Sequence[int] = ()) -> int:
    """Run every stage that is stale or descends from a stale one; return a status.

    A failed stage stops what needs it and nothing else. dvc.lock ends with the bytes of a sequential run. The file
    descriptors `held` are what `alone` gave: the stages hold the workspace too, and may outlive this process.
    """
    before = entries_of()
    graph, stale = stale_graph()
    records = Records(RECORDS)
    records.begin(stale)
    if not stale:
        print("Data and pipelines are up to date.")
        return 0
    with ready_processes():
        status = _make(part_of(graph, stale), records, jobs, held)
    order_entries(before, list(graph))
    return _told(stale, records, status)


def _make(graph: Graph, records: Records, jobs: int, held: Sequence[int]) -> int:
    file = records.folder / "Makefile"
    file.write_text(makefile(graph, records.folder, shlex.join(command("dvc", TARGET))))
    make = ["make", "--no-print-directory", "-s", "-k", f"-j{jobs}", "-f", str(file), "all"]
    plain = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    told = Told(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    process = subprocess.Popen(make, env=plain, stderr=subprocess.DEVNULL, pass_fds=held)
    passed_on = 0
    while True:  # to the end of all stages, which keep their states when they are told
        try:
            return process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            for number in told.signals[passed_on:]:
                passed_on += 1
                if number != signal.SIGINT:  # a terminal tells make and its stages as well
                    process.send_signal(number)


def _told(stale: list[str], records: Records, status: int) -> int:
    failed, ended = records.having("failed"), records.having("ended")
    skipped = [stage for stage in stale if stage not in failed and stage not in ended]
    if failed:
        print(f"failed: {_some(failed)}", file=sys.stderr)
    if skipped:
        print(f"not run: {_some(skipped)}; the same command goes on", file=sys.stderr)
    return status and 1


def _some(stages: list[str]) -> str:
    more = f" and {len(stages) - NAMED} more" if len(stages) > NAMED else ""
    return ", ".join(stages[:NAMED]) + more
