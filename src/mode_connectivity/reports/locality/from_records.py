"""Computes the answer of a study from its records of baselines and restricted paths alone; no weights are needed."""

import math
from collections.abc import Sequence
from typing import Any

import torch

from mode_connectivity import layout
from mode_connectivity.models import build
from mode_connectivity.models.layer_titles import layer_titles
from mode_connectivity.neuron_swap.swap_metadata import read_swap
from mode_connectivity.params import Params
from mode_connectivity.reports.locality.answers import answers
from mode_connectivity.reports.locality.evidence import Records, missing, read_records
from mode_connectivity.reports.locality.record import study_facts

ROUNDING = 1e-4  # by which CPUs differ in the loss of the same network


def finished_part(params: Params) -> Params:
    """Return the params of the seeds of which all baselines and paths of the first effort lie in the current folder.

    Raises:
        ValueError: no seed is complete; the message names a file that is missing.
    """
    seeds = tuple(seed for seed in params.seeds if not _missing(params, seed))
    if not seeds:
        raise ValueError(f"no seed has all its records: {_missing(params, params.seeds[0])[0]} is missing")
    return params.model_copy(update={"seeds": seeds})


def _missing(params: Params, seed: int) -> list[str]:
    section = params.restricted
    lines = [file.as_posix() for depth in section.variants if not (file := layout.baselines(depth, seed)).is_file()]
    first = min(section.efforts)
    return lines + [
        file for depth in section.variants for kind in section.kinds for file in missing([seed], depth, kind, first)
    ]


def _titles(params: Params) -> dict[str, str]:
    """Return the titles of the layers of a network that this package builds; of another one none."""
    if ":" in params.model.name:
        return {}
    with torch.device("meta"):
        section = params.model
        return layer_titles(build(section.name, num_classes=2, width=section.width, batch_norm=section.batch_norm))


def answer_record(params: Params) -> dict[str, Any]:
    """Return the verdict's record without what describes where the bends moved.

    A further effort counts for a region once all these seeds have it.

    Raises:
        ValueError: records of a seed are not of one network.
    """
    depths = (*params.restricted.variants, *_lines_alone(params))
    records = {depth: read_records(params, depth, partly=True) for depth in depths}
    for depth, each in records.items():
        _check_one_network(params.seeds, depth, each)
    swaps = {depth: _swapped(depth, params.seeds[0], each) for depth, each in records.items()}
    return {
        **study_facts(params),
        "replicates": 1,
        "layers": [],
        "titles": _titles(params),
        "parameters": [],
        **answers(params, records),
        "variants": {depth: {"swapped_layer": layer, "pairs": pairs} for depth, (layer, pairs) in swaps.items()},
    }


def _lines_alone(params: Params) -> list[str]:
    """Return the variants of which no region was trained, but whose straight lines all seeds have."""
    others = [variant for variant in params.moved_variants if variant not in params.restricted.variants]
    files = {variant: [layout.baselines(variant, seed) for seed in params.seeds] for variant in others}
    swapped = {variant: layout.metadata(layout.swapped(variant, params.seeds[0])) for variant in others}
    return [each for each in others if swapped[each].is_file() and all(file.is_file() for file in files[each])]


def _swapped(variant: str, seed: int, records: Records) -> tuple[str | None, int]:
    """Return the layer whose units a variant swaps, and the number of pairs."""
    if records.regions:
        record = next(iter(records.regions.values()))[records.effort][0]
        return record["layer"], len(record["pairs"])
    swap = read_swap(variant, seed)
    return swap.layer, len(swap.pairs)


def _check_one_network(seeds: Sequence[int], depth: str, records: Records) -> None:
    """Check that a seed's records have the loss of one endpoint, which a training on another type of CPU changes."""
    for region, efforts in records.regions.items():
        for effort, by_seed in efforts.items():
            for seed, record, line in zip(seeds, by_seed, records.lines, strict=True):
                ends = [each["end_loss"] for each in (record, line) if "end_loss" in each]
                if len(ends) == 2 and not math.isclose(*ends, rel_tol=ROUNDING):
                    file, other = layout.restricted(depth, seed, region, effort), layout.baselines(depth, seed)
                    raise ValueError(f"{file}: made from another network than {other}: their end losses differ")
