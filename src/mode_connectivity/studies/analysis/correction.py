"""Computes what swaps moved beyond their control: inner products of replicates, per layer and unit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mode_connectivity.foundations import layout
from mode_connectivity.measures import (
    control_corrected,
    displacement,
    is_involution,
    layer_products,
    pair_rank,
    parts,
    unit_products,
)
from mode_connectivity.params import Params
from mode_connectivity.params.variants import CONTROL
from mode_connectivity.statistics import chance_energy, systematic_energy
from mode_connectivity.studies.analysis.movement import Swapped
from mode_connectivity.studies.neuron_swap.swap_metadata import read_swap
from mode_connectivity.studies.shared.path_files import load_path
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.studies.shared.symmetry import symmetry_of

Floats = NDArray[np.float64]
State = dict[str, Tensor]


@dataclass(frozen=True)
class Correction:
    """Holds the energies (squared L2), float64, of what a swap and its control moved.

    `raw`, `control`, `corrected`: (L,) of D, of (C + P C)/2 and of X = D - (C + P C)/2. With two replicates or more all
    three are unbiased for the systematic displacement, and may be negative; with one they hold chance as well.
    `*_slices`: the same within the swapped slices. `chance`: (L,) of X, None with one replicate. `units`: (U,) of X,
    the swapped layer's units or None. Of the first replicate, chance included: `already`, |(C + P C)/2|^2 over |D|^2,
    how much of what one sees the control has as well, and `cosine` between the two; None where either is zero.
    `turned`: cosines of D's antisymmetric part between replicates: near 1 in size where the units pass round each
    other, its sign the side on which they do.
    """

    raw: Floats
    control: Floats
    corrected: Floats
    raw_slices: Floats
    control_slices: Floats
    corrected_slices: Floats
    chance: Floats | None
    units: Floats | None
    already: float | None
    cosine: float | None
    turned: list[float]


def correction(swapped: Swapped, fields: list[State], controls: list[State]) -> Correction:
    """Return the correction, from the displacements of swap and control: one each per replicate, with shared draws."""
    assert swapped.permutation is not None
    symmetry, permutation, masks = swapped.symmetry, swapped.permutation, swapped.masks
    fair = [parts(symmetry, permutation, control)[0] for control in controls]
    beyond = [control_corrected(symmetry, permutation, d, c) for d, c in zip(fields, controls, strict=True)]
    odd = [parts(symmetry, permutation, each)[1] for each in fields]
    products = {
        (name, where): _gram(each, masks if where else None)
        for name, each in {"raw": fields, "control": fair, "corrected": beyond}.items()
        for where in ("", "_slices")
    }
    replicates = len(fields)
    units = None
    if swapped.layer is not None:
        group = symmetry.group_of(swapped.layer)
        units = np.array([[unit_products(symmetry, x, y)[group] for x in beyond] for y in beyond]).transpose(2, 0, 1)
    return Correction(
        **{name + where: energy(gram) for (name, where), gram in products.items()},
        chance=chance_energy(products["corrected", ""]) if replicates > 1 else None,
        units=None if units is None else energy(units),
        already=_over(products["control", ""][:, 0, 0].sum(), products["raw", ""][:, 0, 0].sum()),
        cosine=_cosine(fields[0], fair[0]),
        turned=[c for r in range(replicates) for s in range(r) if (c := _cosine(odd[r], odd[s])) is not None],
    )


def energy(gram: Floats) -> Floats:
    """Return the energy, (..., R, R) -> (...): systematic with two replicates or more, plain with one."""
    return systematic_energy(gram) if gram.shape[-1] > 1 else np.asarray(gram[..., 0, 0])


def _gram(fields: list[State], masks: State | None) -> Floats:
    """Return (L, R, R): <X_r, X_s> per layer."""
    return np.array([[layer_products(x, y, masks) for x in fields] for y in fields]).transpose(2, 0, 1)


def _cosine(x: State, y: State) -> float | None:
    xy, xx, yy = (float(layer_products(a, b).sum()) for a, b in ((x, y), (x, x), (y, y)))
    return _over(xy, float(np.sqrt(xx * yy)))


def _over(amount: float, whole: float) -> float | None:
    return float(amount / whole) if whole > 0 else None


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
