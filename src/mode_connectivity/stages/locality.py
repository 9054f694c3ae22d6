"""Writes the answer to "local or global?" per depth, from all seeds and beyond the control."""

from typing import Any

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import whole_folder, write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.neuron_swap.corrections import corrections_of
from mode_connectivity.neuron_swap.summary import read_summary
from mode_connectivity.params import Params
from mode_connectivity.reports.locality.answers import answers
from mode_connectivity.reports.locality.evidence import read_records
from mode_connectivity.reports.locality.figures import draw_figures
from mode_connectivity.reports.locality.record import verdict_record, verdict_text
from mode_connectivity.running.stage import run
from mode_connectivity.statistics.verdicts import PRIMARY
from mode_connectivity.tracking.record import Record, files_in, first_keys, flat, opening

# What is tracked of each variant, the first one first; the rest is in the verdict's record.
HEADLINES = (("losses", "line_barrier"), ("losses", "curve_barrier"), ("movement", "displacement_over_ends"))


def main(params: Params) -> None:
    summaries = {item: read_summary(*item) for item in params.paths}
    records = {variant: read_records(params, variant) for variant in params.moved_variants}
    verdict = verdict_record(params, summaries, corrections_of(params), answers(params, records))
    with whole_folder(layout.LOCALITY) as folder:
        write_json(folder / layout.VERDICT, verdict)
        (folder / layout.VERDICT_TEXT).write_text(verdict_text(verdict))
        draw_figures(folder, verdict)


def record(params: Params) -> Record:
    verdict = read_json(layout.LOCALITY / layout.VERDICT)
    judged = {depth: each["verdict"] for depth, each in verdict["depths"].items() if each["verdict"]}
    words = {f"word.{depth}": each["word"] for depth, each in judged.items()}
    numbers = {
        f"{depth}/{name}": value
        for depth, each in judged.items()
        for name, value in _ratios(each["measures"][PRIMARY]).items()
        if value is not None
    }
    numbers |= {
        f"{variant}/{name}": values[section][name]["mean"]
        for section, name in HEADLINES
        for variant, values in verdict["variants"].items()
        if (values[section].get(name) or {}).get("mean") is not None
    }
    return Record(
        stage="locality",
        item={},
        params=flat({"locality": verdict["params"]}) | words,
        metrics=first_keys(numbers),
        files=files_in(layout.LOCALITY),
        answer=opening((layout.LOCALITY / layout.VERDICT_TEXT).read_text()),
    )


def _ratios(shares: dict[str, Any]) -> dict[str, float | None]:
    """Return the locality index, the necessity and the recoveries."""
    indices = {name: shares[name]["value"] for name in ("locality", "necessity") if shares[name]}
    return indices | {f"recovery_{region}": each["value"] for region, each in shares["recovery"].items()}


if __name__ == "__main__":
    run(main, record)
