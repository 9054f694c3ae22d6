"""Runs the stages that are not up to date, several at a time."""

import argparse
import sys
from pathlib import Path

EXAMPLE = "  mode-connectivity repro --jobs 4"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    text = "stages at a time (default: the cores divided by compute.threads); 1 is plain `dvc repro`"
    parser.add_argument("--jobs", type=int, help=text)


def run(given: argparse.Namespace) -> None:
    """Run the graph of stages and exit with its status."""
    from mode_connectivity import layout
    from mode_connectivity.executors.dvc_command import main, tell_mended
    from mode_connectivity.executors.one_at_a_time import alone, workspace
    from mode_connectivity.executors.other_bytes import other_bytes
    from mode_connectivity.executors.side_by_side import default_jobs, run_side_by_side
    from mode_connectivity.executors.whole_lock import write_whole
    from mode_connectivity.params import Params

    params = Params.load(layout.PARAMS)
    if given.jobs is not None and given.jobs < 1:
        raise ValueError(f"--jobs: at least one stage at a time, got {given.jobs}")
    jobs = given.jobs or default_jobs(params.compute.threads)
    if jobs == 1:
        status = main(["repro"])
    else:
        with alone(workspace()) as held:
            tell_mended()
            write_whole()
            status = run_side_by_side(jobs, held)
    if status == 0 and (line := other_bytes(Path())):
        print(line)
    sys.exit(status)
