"""Computes what every swap of a study moved beyond its control."""

from mode_connectivity import layout
from mode_connectivity.geometry import displacement, is_involution
from mode_connectivity.neuron_swap.correction import Correction, State, correction
from mode_connectivity.neuron_swap.movement import Swapped
from mode_connectivity.neuron_swap.swap_metadata import read_swap
from mode_connectivity.params import Params
from mode_connectivity.params.variants import CONTROL
from mode_connectivity.study.path_files import load_path
from mode_connectivity.study.study import Study
from mode_connectivity.study.symmetry import symmetry_of


def corrections_of(params: Params) -> dict[str, list[Correction]]:
    """Return variant -> one correction a seed, for the variants whose permutation undoes itself."""
    if CONTROL not in params.variants:
        return {}
    study = Study.open(params)
    symmetry = symmetry_of(study)
    corrections: dict[str, list[Correction]] = {}
    for seed in params.seeds:
        start = study.load(layout.endpoint(seed))
        controls = _displacements(study, start, CONTROL, seed)
        for variant in params.variants:
            swapped = Swapped.of(study, symmetry, read_swap(variant, seed))
            if swapped.permutation is not None and is_involution(swapped.permutation):
                fields = _displacements(study, start, variant, seed)
                corrections.setdefault(variant, []).append(correction(swapped, fields, controls))
    return corrections


def _displacements(study: Study, start: State, variant: str, seed: int) -> list[State]:
    end = study.load(layout.swapped(variant, seed))
    return [
        displacement(load_path(study, start, layout.curve(variant, seed, replicate), end))
        for replicate in (0, *study.params.curve.replicates)
    ]
