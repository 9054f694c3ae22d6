"""Writes the reports of a study from its records alone: the answer of each depth, and what the mechanisms show.

The folder holds params.yaml and records.json, or what the stages left. The reports go into its folders neuron_swap and
mechanisms. Seeds whose records are not complete are left out and named.
"""

import argparse
from contextlib import chdir
from pathlib import Path

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_folder
from mode_connectivity.params import Params
from mode_connectivity.reports.mechanisms import report as of_mechanisms
from mode_connectivity.reports.neuron_swap import report as of_swaps
from mode_connectivity.reports.neuron_swap.evidence import finished_part
from mode_connectivity.reports.page.page import has_mechanisms, has_swaps
from mode_connectivity.reports.records import records_of

EXAMPLE = "  mode-connectivity verdict reports/studies/answer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="holds params.yaml, and records.json or what the stages wrote")


def run(given: argparse.Namespace) -> None:
    """Write the reports with their figures, and verdict.json.

    Raises:
        ParamsError: no params, or unusable ones.
        ValueError: no seed is complete, or there are no records.
    """
    with chdir(given.folder):
        params = Params.load(layout.PARAMS)
        records = records_of(params)
        mechanisms = has_mechanisms(records)
        if mechanisms:
            with whole_folder(Path(layout.MECHANISMS.name)) as folder:
                of_mechanisms.write_report(folder, params, records, whole=False)
        if has_swaps(records) or not mechanisms:
            finished = finished_part(params, records)
            with whole_folder(Path(layout.NEURON_SWAP.name)) as folder:
                of_swaps.write_report(folder, finished, records, whole=False)
            left_out = [seed for seed in params.seeds if seed not in finished.seeds]
            without = f"; without {', '.join(map(str, left_out))}, whose records are not complete" if left_out else ""
            print(f"{given.folder / layout.NEURON_SWAP.name}: the answer of {len(finished.seeds)} seeds{without}")
    if mechanisms:
        print(f"{given.folder / layout.MECHANISMS.name}: the report of {len(params.cue_endpoint.seeds)} seeds")
