"""Fits the same curve again with other draws: what replicates share is systematic, the rest is chance."""

from mode_connectivity.neuron_swap.curves import fit_curve, fit_record
from mode_connectivity.params import Params
from mode_connectivity.running.stage import run
from mode_connectivity.tracking.record import Record


def main(params: Params, variant: str, seed: int, replicate: int) -> None:
    fit_curve(params, variant, seed, replicate)


def record(params: Params, variant: str, seed: int, replicate: int) -> Record:
    item: dict[str, str | int] = {"variant": variant, "seed": seed, "replicate": replicate}
    return fit_record("replicate", item, variant, seed, replicate)


if __name__ == "__main__":
    run(main, record, "variant", "seed", "replicate")
