"""Fits the bends of the path from an endpoint to its variant, once and as often again as `curve.replicates` says."""

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.params import Params
from mode_connectivity.studies.neuron_swap.curves import fit_curve
from mode_connectivity.tracking.record import Record, series_of


def main(params: Params, variant: str, seed: int) -> None:
    for replicate in (0, *params.curve.replicates):
        fit_curve(params, variant, seed, replicate)


def record(params: Params, variant: str, seed: int) -> Record:
    files = [layout.history(layout.curve(variant, seed, each)) for each in (0, *params.curve.replicates)]
    history = read_json(files[0])
    return Record.of_result(
        history,
        metrics={f"final/{key}": value for key, value in history["epochs"][-1].items()},
        series=series_of(history["epochs"]),
        files=files,
    )
