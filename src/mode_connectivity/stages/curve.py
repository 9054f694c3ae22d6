"""Fits the bend of the path from an endpoint to its swapped variant."""

from mode_connectivity.neuron_swap.curves import fit_curve, fit_record
from mode_connectivity.params import Params
from mode_connectivity.running.stage import run
from mode_connectivity.tracking.record import Record


def main(params: Params, variant: str, seed: int) -> None:
    fit_curve(params, variant, seed)


def record(params: Params, variant: str, seed: int) -> Record:
    return fit_record("curve", {"variant": variant, "seed": seed}, variant, seed)


if __name__ == "__main__":
    run(main, record, "variant", "seed")
