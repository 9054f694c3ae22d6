"""Writes the report of the mechanisms study: who reads the cue, which paths join them, and what was expected."""

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_folder
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.params import Params
from mode_connectivity.reports.mechanisms.report import write_report
from mode_connectivity.reports.records import collected
from mode_connectivity.tracking.record import Record, files_in, first_keys, flat

HIGHEST = "highest"  # the mean of each seed's highest barrier on the four probe sets
READ = ("no_cue", "cue", "rand_image")  # probe sets that tell who reads the cue; the rest is in the table


def main(params: Params) -> None:
    with whole_folder(layout.MECHANISMS) as folder:
        write_report(folder, params, collected(params), whole=True)


def record(params: Params) -> Record:
    means = read_json(layout.MECHANISMS / layout.METRICS)
    metrics = {f"error_barrier/{name}/{HIGHEST}": sets[HIGHEST] for name, sets in means["error_barrier"].items()}
    metrics |= {f"accuracy/{name}/{probe}": sets[probe] for probe in READ for name, sets in means["accuracy"].items()}
    return Record(
        params=flat(params.model_dump(mode="json")),
        metrics=first_keys(metrics),
        files=files_in(layout.MECHANISMS),
    )
