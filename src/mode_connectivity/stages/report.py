"""Writes the report of a neuron-swap study: the answer of each depth, and all paths side by side."""

from typing import Any

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_folder, write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.params import Params
from mode_connectivity.reports.neuron_swap.report import write_report
from mode_connectivity.reports.records import collected
from mode_connectivity.statistics.verdicts import PRIMARY
from mode_connectivity.studies.analysis.correction import corrections_of
from mode_connectivity.tracking.record import Record, barriers_in_millinats, files_in, first_keys, flat


def main(params: Params) -> None:
    corrections = corrections_of(params)
    records = collected(params).plus("corrections", corrections)
    with whole_folder(layout.NEURON_SWAP) as folder:
        write_json(folder / layout.CORRECTIONS, {"corrections": corrections})
        write_report(folder, params, records, whole=True)


def record(params: Params) -> Record:
    means, verdict = read_json(layout.NEURON_SWAP / layout.METRICS), read_json(layout.NEURON_SWAP / layout.VERDICT)
    judged = {depth: each["verdict"] for depth, each in verdict["depths"].items() if each["verdict"]}
    numbers = {
        f"{depth}/{name}": value
        for depth, each in judged.items()
        for name, value in _ratios(each["measures"][PRIMARY]).items()
        if value is not None
    }
    return Record(
        params=flat(params.model_dump(mode="json")) | {f"word.{depth}": each["word"] for depth, each in judged.items()},
        metrics=first_keys(barriers_in_millinats(means) | numbers),
        files=files_in(layout.NEURON_SWAP),
        answer="\n".join(f"- {depth}: {each['word']}. {each['sentence']}" for depth, each in judged.items()),
    )


def _ratios(shares: dict[str, Any]) -> dict[str, float | None]:
    """Return the locality index, the necessity and the recoveries."""
    indices = {name: shares[name]["value"] for name in ("locality", "necessity") if shares[name]}
    return indices | {f"recovery_{region}": each["value"] for region, each in shares["recovery"].items()}
