"""Measures what the straight line to a variant shows without training: barrier, REPAIR, layer by layer, features."""

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.neuron_swap.baselines import baselines_of
from mode_connectivity.params import Params
from mode_connectivity.running.stage import run
from mode_connectivity.study.study import Study
from mode_connectivity.tracking.record import Record


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    start, swapped = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    made_from = [layout.endpoint(seed), layout.swapped(variant, seed)]
    facts = study.provenance("evaluation", made_from=made_from, variant=variant, seed=seed)
    write_json(layout.baselines(variant, seed), {**facts, **baselines_of(study, start, swapped)})


def record(params: Params, variant: str, seed: int) -> Record:
    result = read_json(layout.baselines(variant, seed))
    kinds = ("line", "repair")
    return Record.of_result(
        result,
        metrics={f"{kind}/{name}": result[kind][name] for kind in kinds for name in ("gap", "mean_gap", "height")},
        series={f"loss/{kind}": result[kind]["loss"] for kind in kinds},
    )


if __name__ == "__main__":
    run(main, record, "variant", "seed")
