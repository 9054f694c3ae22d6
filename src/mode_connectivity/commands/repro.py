"""Runs the stages that are not up to date, several at a time."""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mode_connectivity.commands.stage_graph import Graph

EXAMPLE = "  mode-connectivity repro --jobs 4"
BY_DVC = Path(__file__).resolve().parents[2] / "scripts/by_dvc"
FOLDER = Path(".state/repro")
NAMED = 12  # stages in a line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    text = "stages at a time (default: the cores divided by compute.threads); 1 is plain `dvc repro`"
    parser.add_argument("--jobs", type=int, help=text)


def run(given: argparse.Namespace) -> None:
    """Run the graph of stages and exit with its status; what a failed stage stops is what needs it."""
    from mode_connectivity.commands.children import alone, run_told
    from mode_connectivity.foundations import layout
    from mode_connectivity.params import Params
    from mode_connectivity.tracking import origin

    params = Params.load(layout.PARAMS)
    if given.jobs is not None and given.jobs < 1:
        raise ValueError(f"--jobs: at least one stage at a time, got {given.jobs}")
    jobs = given.jobs or default_jobs(params.compute.threads)
    os.environ.setdefault(origin.COMMAND, origin.command())
    with alone(Path()) as held:
        if jobs == 1:
            sys.exit(run_told(["dvc", "repro", "--keep-going"], held=held))
        sys.exit(_side_by_side(jobs, held))


def default_jobs(threads: int) -> int:
    """Return how many stages of `threads` threads the cores can run at a time, at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // threads)


def _side_by_side(jobs: int, held: Sequence[int]) -> int:
    from mode_connectivity.commands.children import run_told
    from mode_connectivity.commands.stage_graph import makefile, stage_graph

    graph = stage_graph()
    stages = _stale(graph, held)
    if not stages:
        print("Data and pipelines are up to date.")
        return 0
    _fresh_folder()
    (FOLDER / "Makefile").write_text(makefile(graph, stages, f"sh {shlex.quote(str(BY_DVC))} {FOLDER} {len(stages)}"))
    make = ["make", "--no-print-directory", "-s", "-k", f"-j{jobs}", "-f", str(FOLDER / "Makefile"), "all"]
    plain = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    status = run_told(make, plain, held=held, quiet=True)
    ended = {name for name in stages if (FOLDER / f"{name}.ended").exists()}
    failed = [name for name in stages if (FOLDER / f"{name}.log").exists() and name not in ended]
    skipped = [name for name in stages if name not in ended and name not in failed]
    if failed:
        print(f"failed or stopped: {_some(failed)}", file=sys.stderr)
    if skipped:
        print(f"not run: {_some(skipped)}; the same command goes on", file=sys.stderr)
    return status and 1


def _stale(graph: "Graph", held: Sequence[int]) -> list[str]:
    """Run the stages that look at their source each time; return the stages that are not up to date then."""
    from mode_connectivity.commands.children import run_told
    from mode_connectivity.commands.stage_graph import ALWAYS, looking_stages, reasons_by_stage, with_descendants

    for name in looking_stages(graph):
        _fresh_folder()
        if status := run_told(["sh", str(BY_DVC), str(FOLDER), "1", name], held=held):
            sys.exit(status)
    reasons = reasons_by_stage()
    return with_descendants(graph, (name for name, why in reasons.items() if why != [ALWAYS]))


def _fresh_folder() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)


def _some(stages: Sequence[str]) -> str:
    more = f" and {len(stages) - NAMED} more" if len(stages) > NAMED else ""
    return ", ".join(stages[:NAMED]) + more
