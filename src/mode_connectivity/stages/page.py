"""Writes the page that shows all results of a study, one file that needs no other."""

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_file
from mode_connectivity.params import Params
from mode_connectivity.reports.page.page import PICTURES, page_text
from mode_connectivity.reports.records import collected
from mode_connectivity.tracking.record import Record, flat


def main(params: Params) -> None:
    text = page_text(params, collected(params), PICTURES)
    with whole_file(layout.PAGE) as partial:
        partial.write_text(text)


def record(params: Params) -> Record:
    return Record(params=flat(params.model_dump(mode="json")), files=[layout.PAGE])
