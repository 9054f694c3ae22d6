"""Writes the answer of each depth from the records of a study alone: its restricted paths and baselines.

The folder holds params.yaml, reports/baselines and reports/restricted; the answer goes into its folder locality. Seeds
whose records are not complete are left out and named.
"""

import argparse
from contextlib import chdir
from pathlib import Path

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import whole_folder, write_json
from mode_connectivity.params import Params
from mode_connectivity.reports.locality.figures import draw_answer
from mode_connectivity.reports.locality.from_records import answer_record, finished_part
from mode_connectivity.reports.locality.record import verdict_text

EXAMPLE = "  mode-connectivity verdict reports/studies/answer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="holds params.yaml, reports/baselines and reports/restricted")


def run(given: argparse.Namespace) -> None:
    """Write verdict.json, verdict.md and the figures.

    Raises:
        ParamsError: no params, or unusable ones.
        ValueError: no seed is complete.
    """
    with chdir(given.folder):
        params = Params.load(layout.PARAMS)
        finished = finished_part(params)
        record = answer_record(finished)
        with whole_folder(Path(layout.LOCALITY.name)) as folder:
            write_json(folder / layout.VERDICT, record)
            (folder / layout.VERDICT_TEXT).write_text(verdict_text(record))
            draw_answer(folder, record)
    left_out = [seed for seed in params.seeds if seed not in finished.seeds]
    without = f"; without {', '.join(map(str, left_out))}, whose records are not complete" if left_out else ""
    print(f"{given.folder / layout.LOCALITY.name}: the answer of {len(finished.seeds)} seeds{without}")
