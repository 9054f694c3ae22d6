"""Writes the report of all paths of a study side by side."""

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import whole_folder, write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.neuron_swap.summary import read_summary
from mode_connectivity.params import Params
from mode_connectivity.reports.comparison.figures import draw_comparison, draw_paths
from mode_connectivity.reports.comparison.metrics import metrics_of
from mode_connectivity.reports.comparison.rows import rows_of
from mode_connectivity.reports.comparison.tables import write_tables
from mode_connectivity.reports.comparison.text import report_text
from mode_connectivity.running.stage import run
from mode_connectivity.tracking.record import Record, barriers_in_millinats, files_in, first_keys, flat


def main(params: Params) -> None:
    summaries = {item: read_summary(*item) for item in params.paths}
    rows = rows_of(summaries)
    with whole_folder(layout.COMPARISON) as folder:
        draw_comparison(folder, rows)
        draw_paths(folder, summaries)
        (folder / layout.REPORT).write_text(report_text(params, rows))
        write_tables(folder, summaries)
        write_json(folder / layout.METRICS, metrics_of(rows))


def record(params: Params) -> Record:
    means = read_json(layout.COMPARISON / layout.METRICS)
    return Record(
        stage="report",
        item={},
        params=flat(params.model_dump(mode="json")),
        metrics=first_keys({key.replace(".", "/"): value for key, value in flat(means).items()}),
        files=files_in(layout.COMPARISON),
        headlines=barriers_in_millinats(means),
    )


if __name__ == "__main__":
    run(main, record)
