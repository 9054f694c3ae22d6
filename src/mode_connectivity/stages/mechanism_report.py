"""Writes the report of the mechanisms study: who reads the cue, which paths join them, and what was expected."""

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import whole_folder, write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.params import Params
from mode_connectivity.reports.mechanisms.expectations import signs_of
from mode_connectivity.reports.mechanisms.figures import draw_figures
from mode_connectivity.reports.mechanisms.findings import Findings
from mode_connectivity.reports.mechanisms.metrics import metrics_of
from mode_connectivity.reports.mechanisms.text import report_text
from mode_connectivity.running.stage import run
from mode_connectivity.tracking.record import Record, files_in, first_keys, flat

HIGHEST = "highest"  # the mean of each seed's highest barrier on the four probe sets
READ = ("no_cue", "cue", "rand_image")  # probe sets that tell who reads the cue; the rest is in the table


def main(params: Params) -> None:
    findings = Findings.of(params)
    margin = params.mechanism_report.margin
    signs = signs_of(findings, margin, params.finetune.naive_large.learning_rate)
    with whole_folder(layout.MECHANISMS) as folder:
        draw_figures(folder, findings, margin)
        (folder / layout.REPORT).write_text(report_text(params, findings, signs))
        write_json(folder / layout.METRICS, metrics_of(findings))


def record(params: Params) -> Record:
    means = read_json(layout.MECHANISMS / layout.METRICS)
    metrics = {f"error_barrier.{name}.{HIGHEST}": sets[HIGHEST] for name, sets in means["error_barrier"].items()}
    metrics |= {f"accuracy.{name}.{probe}": sets[probe] for probe in READ for name, sets in means["accuracy"].items()}
    return Record(
        stage="mechanism_report",
        item={},
        params=flat(params.model_dump(mode="json")),
        metrics=first_keys({key.replace(".", "/"): value for key, value in metrics.items()}),
        files=files_in(layout.MECHANISMS),
        headlines={
            key.replace(".", "/"): value
            for key, value in metrics.items()
            if key.startswith(("error_barrier.lmc", "error_barrier.qmc")) and key.endswith(HIGHEST)
        },
    )


if __name__ == "__main__":
    run(main, record)
