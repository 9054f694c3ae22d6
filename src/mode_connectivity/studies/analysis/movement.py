"""Computes where the bend of one path moved: per layer, per unit, and in figures of one number each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mode_connectivity.measures import (
    decay_rate,
    displacement,
    end_difference,
    is_involution,
    layer_counts,
    layer_names,
    layer_offsets,
    layer_products,
    orbit_distances,
    pair_rank,
    participation_ratio,
    parts,
    rescaling_share,
    rescalings,
    start_norms,
    unit_products,
)
from mode_connectivity.paths import Path
from mode_connectivity.paths.path import ROOT
from mode_connectivity.studies.neuron_swap.swap_metadata import SwapMetadata, owner_of
from mode_connectivity.studies.neuron_swap.variants import known_permutation
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.studies.shared.symmetry import symmetry_of
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.symmetry.fan_out import fan_out, readers
from mode_connectivity.symmetry.slices import moved_slices

TRIED = 8  # training images on which rescalings are tried


@dataclass(frozen=True)
class Swapped:
    """Holds what was moved to make the path's end; nothing is known of it where `permutation` is None."""

    symmetry: Symmetry
    permutation: dict[str, Tensor] | None
    layer: str | None
    pairs: list[tuple[int, int]]

    @classmethod
    def of(cls, study: Study, symmetry: Symmetry, swap: SwapMetadata) -> "Swapped":
        """Return what `swap` moved, with the permutation where it is known."""
        permutation = known_permutation(study, symmetry, swap.variant, swap.layer, swap.pairs)
        return cls(symmetry, permutation, swap.layer, swap.pairs)

    @property
    def masks(self) -> dict[str, Tensor]:
        """Return the slices of the units that moved; none where nothing is known."""
        return moved_slices(self.symmetry.axes, self.permutation) if self.permutation else {}


def movement(
    study: Study, path: Path, swap: SwapMetadata, ts: NDArray[np.float64]
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return figures of one number each, and the arrays behind them; `swap` is that of the path's end."""
    swapped = Swapped.of(study, symmetry_of(study), swap)
    field, ends, start = displacement(path), end_difference(path), path.controls[0]
    energies, end_energies = layer_products(field, field), layer_products(ends, ends)
    allowed = rescalings(swapped.symmetry, study.model(), start, study.scaling.apply(study.sample(TRIED).pixels))
    units = unit_products(swapped.symmetry, field, field)
    figures: dict[str, Any] = {
        "displacement": float(np.sqrt(energies.sum())),
        "displacement_over_ends": _over(np.sqrt(energies.sum()), np.sqrt(end_energies.sum())),
        "participation_layers": participation_ratio(energies),
        "rescaling_share": rescaling_share(allowed, start, field),
        "rescalings": len(allowed),
    }
    arrays = {
        "layers": np.array(layer_names(path)),
        "parameters": layer_counts(field),
        "energy": energies,
        "end_energy": end_energies,
        **{f"units_{group}": values for group, values in units.items()},
    }
    copies = [start]
    if swapped.permutation is not None:
        copies.append(swapped.symmetry.apply(start, swapped.permutation))
        figures |= _of_slices(swapped, field, energies, end_energies, arrays)
    if swapped.layer is not None:
        figures |= _of_layer(swapped, path, energies, units, arrays)
    orbit = orbit_distances(path, ts, copies)
    figures["highest_orbit_distance"] = float(orbit.total.max())
    return figures, arrays | {"ts": orbit.ts, "orbit_l2": orbit.raw_l2, "orbit_total": orbit.total}


def _of_slices(
    swapped: Swapped,
    field: dict[str, Tensor],
    energies: NDArray[np.float64],
    end_energies: NDArray[np.float64],
    arrays: dict[str, NDArray[Any]],
) -> dict[str, float | None]:
    """Return the figures of the moved units, and of the displacement's antisymmetric part; adds to `arrays`."""
    assert swapped.permutation is not None
    arrays["slice_energy"] = layer_products(field, field, swapped.masks)
    arrays["slice_parameters"] = layer_counts(field, swapped.masks)
    figures: dict[str, float | None] = {
        "slice_share": _over(arrays["slice_energy"].sum(), energies.sum()),
        "slice_parameter_share": float(arrays["slice_parameters"].sum() / arrays["parameters"].sum()),
        "slice_over_ends": _over(np.sqrt(arrays["slice_energy"].sum()), np.sqrt(end_energies.sum())),
        "outside_over_ends": _over(
            np.sqrt(max(0.0, energies.sum() - arrays["slice_energy"].sum())), np.sqrt(end_energies.sum())
        ),
    }
    if is_involution(swapped.permutation):
        _, antisymmetric = parts(swapped.symmetry, swapped.permutation, field)
        odd = layer_products(antisymmetric, antisymmetric)
        arrays["antisymmetric_energy"] = odd
        figures["antisymmetric_share"] = _over(odd.sum(), energies.sum())
        # At t = 1/2 the units are |D_a| apart: at the chord's midpoint they coincide, at the ends they are |W_1 - W_0|.
        figures["separation"] = _over(np.sqrt(odd.sum()), np.sqrt(end_energies.sum()))
    return figures


def _of_layer(
    swapped: Swapped,
    path: Path,
    energies: NDArray[np.float64],
    units: dict[str, NDArray[np.float64]],
    arrays: dict[str, NDArray[Any]],
) -> dict[str, Any]:
    """Return the figures around the swapped layer."""
    assert swapped.layer is not None
    of_units = units[swapped.symmetry.group_of(swapped.layer)]
    norms = start_norms(path)
    relative = np.divide(np.sqrt(energies), norms, out=np.zeros_like(norms), where=norms > 0)
    return {
        "decay_rate": decay_rate(
            layer_offsets(arrays["layers"].tolist(), owner_of(swapped.symmetry, swapped.layer)), relative
        ),
        "participation_units": participation_ratio(of_units),
        "pair_rank": pair_rank(of_units, swapped.pairs),
        "fan_out": fan_out(swapped.symmetry, swapped.layer),
        "readers": [reader or ROOT for reader in readers(swapped.symmetry, swapped.layer)],
        "pairs": [list(pair) for pair in swapped.pairs],
    }


def _over(numerator: float, denominator: float) -> float | None:
    return float(numerator / denominator) if denominator > 0 else None
