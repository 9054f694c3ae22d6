"""Writes the page of a study from the records in its folder: those of records.json, or those that stages left there.

The page goes into the folder as index.html, one file that needs no other. What is missing is left out.
"""

import argparse
from contextlib import chdir
from pathlib import Path

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_file
from mode_connectivity.params import Params
from mode_connectivity.reports.neuron_swap.evidence import finished_part
from mode_connectivity.reports.page.page import PICTURES, has_swaps, page_text
from mode_connectivity.reports.records import records_of

EXAMPLE = "  mode-connectivity page reports/studies/answer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="holds params.yaml, and records.json or what the stages wrote")


def run(given: argparse.Namespace) -> None:
    """Write index.html.

    Raises:
        ParamsError: no params, or unusable ones.
        ValueError: there is nothing to show.
    """
    with chdir(given.folder):
        params = Params.load(layout.PARAMS)
        records = records_of(params)
        part = finished_part(params, records) if has_swaps(records) else params
        text = page_text(part, records, [Path(), *PICTURES])
        with whole_file(Path(layout.PAGE.name)) as partial:
            partial.write_text(text)
    print(given.folder / layout.PAGE.name)
