"""Computes what every swap of a study moved beyond its control."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from mode_connectivity.foundations import layout
from mode_connectivity.measures import displacement, is_involution, pair_rank
from mode_connectivity.params import Params
from mode_connectivity.params.variants import CONTROL
from mode_connectivity.studies.analysis.correction import Correction, State, correction
from mode_connectivity.studies.analysis.movement import Swapped
from mode_connectivity.studies.neuron_swap.swap_metadata import read_swap
from mode_connectivity.studies.shared.path_files import load_path
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.studies.shared.symmetry import symmetry_of


def corrections_of(params: Params) -> list[dict[str, Any]]:
    """Return a record of each correction, for the variants whose permutation undoes itself, ready for JSON."""
    if CONTROL not in params.variants:
        return []
    study = Study.open(params)
    symmetry = symmetry_of(study)
    corrections = []
    for seed in params.seeds:
        start = study.load(layout.endpoint(seed))
        controls = _displacements(study, start, CONTROL, seed)
        for variant in params.variants:
            swap = read_swap(variant, seed)
            swapped = Swapped.of(study, symmetry, swap)
            if swapped.permutation is not None and is_involution(swapped.permutation):
                fields = _displacements(study, start, variant, seed)
                found = correction_record(correction(swapped, fields, controls), swap.pairs)
                corrections.append({"variant": variant, "seed": seed, **found})
    return corrections


def correction_record(found: Correction, pairs: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Return a correction with the rank of the swapped pairs, None where no layer's units were swapped, for JSON."""
    values = {name: each.tolist() if isinstance(each, np.ndarray) else each for name, each in asdict(found).items()}
    return values | {"pair_rank": pair_rank(found.units, pairs) if found.units is not None and pairs else None}


def _displacements(study: Study, start: State, variant: str, seed: int) -> list[State]:
    end = study.load(layout.swapped(variant, seed))
    return [
        displacement(load_path(study, start, layout.curve(variant, seed, replicate), end))
        for replicate in (0, *study.params.curve.replicates)
    ]
