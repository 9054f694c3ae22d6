"""Collects the verdict with all its figures as one record, from the records of a study."""

from collections.abc import Sequence
from typing import Any

from mode_connectivity.params import Params
from mode_connectivity.reports.neuron_swap.answers import answers
from mode_connectivity.reports.neuron_swap.evidence import Depth, depths_of
from mode_connectivity.reports.neuron_swap.movement import loss_record, movement_record
from mode_connectivity.reports.records import Records
from mode_connectivity.studies.analysis.summary import Summary, summary_of


def verdict_record(params: Params, records: Records) -> dict[str, Any]:
    """Return the answer of each depth and a description of each variant, ready for JSON.

    Raises:
        FileError: a record is missing.
        ValueError: records of a seed are not of one network.
    """
    depths = depths_of(params, records)
    summaries = {variant: summaries_of(records, variant, params.seeds) for variant in params.variants}
    known = {variant: each for variant, each in summaries.items() if each}
    layers = next(iter(known.values()))[0].layers if known else []
    return {
        "params": params.locality.model_dump(mode="json"),
        "restricted": params.restricted.model_dump(mode="json"),
        "study": {
            "model": params.model.name,
            "width": params.model.width,
            "source": params.dataset.source,
            "curve_epochs": params.curve.epochs,
        },
        "seeds": list(params.seeds),
        "replicates": 1 + len(params.curve.replicates) if known else 1,
        "layers": [each["layer"] for each in layers],
        "titles": records.titles,
        "parameters": [each["parameters"] for each in layers],
        **answers(params, depths),
        "variants": {
            variant: _variant(params, records, variant, known.get(variant), depths.get(variant))
            for variant in params.variants
            if variant in known or variant in depths
        },
    }


def summaries_of(records: Records, variant: str, seeds: Sequence[int]) -> list[Summary] | None:
    """Return the summaries of the analyses of all these seeds; None where one has none."""
    found = [records.get("analysis", variant=variant, seed=seed) for seed in seeds]
    return [summary_of(dict(each)) for each in found if each] if all(found) else None


def _variant(
    params: Params, records: Records, variant: str, summaries: list[Summary] | None, depth: Depth | None
) -> dict[str, Any]:
    if summaries:
        return {
            "seeds": list(params.seeds),
            "swapped_layer": summaries[0].layer,
            "pairs": len(summaries[0].movement.get("pairs") or []),
            "losses": loss_record(summaries),
            "movement": movement_record(summaries, records.all("corrections", variant=variant)),
        }
    if depth and depth.regions:
        record = next(iter(depth.regions.values()))[depth.effort][0]
        return {"swapped_layer": record["layer"], "pairs": len(record["pairs"])}
    swap = records.need("swaps", variant=variant, seed=params.seeds[0])
    return {"swapped_layer": swap.get("parameter", swap["layer"]), "pairs": len(swap["pairs"])}
