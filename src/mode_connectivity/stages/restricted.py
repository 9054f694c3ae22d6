"""Fits paths of which only a region moves, one for each region and effort, beside controls of the same region."""

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import whole_folder, write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.params import Params
from mode_connectivity.studies.neuron_swap.restricted import region_record
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.tracking.record import Record, first_keys

MEASURES = ("gap", "mean_gap", "height")


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    ends = layout.endpoint(seed), layout.swapped(variant, seed)
    start, swapped = map(study.load, ends)
    with whole_folder(layout.regions(variant, seed)) as folder:
        for kind, effort in params.regions:
            facts = study.provenance("augmentation", made_from=ends, variant=variant, seed=seed)
            facts |= {"restrict": kind, "effort": effort}
            result = region_record(study, facts, start, swapped)
            write_json(folder / layout.restricted(variant, seed, kind, effort).name, result)


def record(params: Params, variant: str, seed: int) -> Record:
    results = {
        kind if effort == 1 else f"{kind} x{effort}": read_json(layout.restricted(variant, seed, kind, effort))
        for kind, effort in params.regions
    }
    first = next(iter(results.values()))
    return Record.of_result(
        first,
        {"layer": first["layer"]},
        metrics=first_keys({f"{name}/{key}": result[key] for key in MEASURES for name, result in results.items()}),
        series={f"loss/{name}": result["losses"]["swap"]["train"]["loss"] for name, result in results.items()},
        files=[layout.restricted(variant, seed, *each) for each in params.regions],
    )
