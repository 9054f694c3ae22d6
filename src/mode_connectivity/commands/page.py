"""Writes the page of a study from what lies in its folder: a study in parts, or records alone.

The page goes into the folder as index.html, one file that needs no other. What is missing is left out.
"""

import argparse
from contextlib import chdir
from pathlib import Path

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import whole_file
from mode_connectivity.params import Params
from mode_connectivity.reports.page.page import page_text
from mode_connectivity.reports.page.part import Part

EXAMPLE = "  mode-connectivity page reports/studies/answer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, help="holds params.yaml and what was made of it: reports, models, locality"
    )


def run(given: argparse.Namespace) -> None:
    """Write index.html.

    Raises:
        ParamsError: no params, or unusable ones.
        ValueError: there is nothing to show.
    """
    with chdir(given.folder):
        part = Part.found(Params.load(layout.PARAMS))
        if not (part.swaps or part.mechanisms):
            raise ValueError(
                f"{given.folder}: no verdict, no analysis, and no report of mechanisms beside {layout.CUES} lies here"
            )
        with whole_file(Path(layout.PAGE.name)) as partial:
            partial.write_text(page_text(part))
    print(given.folder / layout.PAGE.name)
