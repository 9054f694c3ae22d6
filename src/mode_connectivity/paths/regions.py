"""Names parts of a network around swapped units, as masks of what a path may move."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from mode_connectivity.paths.path import module_of, parameter_names
from mode_connectivity.paths.restrict import complement, everything, layers
from mode_connectivity.symmetry import Symmetry

REGIONS = ("slices", "placebo_slices", "outside", "layer", "neighbourhood", "all")


def region(
    name: str,
    symmetry: Symmetry,
    state: Mapping[str, Tensor],
    layer: str,
    units: Sequence[int],
    placebo: Sequence[int] = (),
) -> dict[str, Tensor]:
    """Return the mask of a region, for `units` of `layer` that are swapped.

    slices: the units' own rows and their consumers' input channels; placebo_slices: those of the units `placebo`;
    outside: all but the slices; layer: all parameters of the modules that the slices run through, that is the swapped
    layer, its normalisation and its consumers; neighbourhood: these and one layer on either side; all: everything.

    Raises:
        ValueError: no such region or layer, or a unit out of range.
    """
    slices = symmetry.slices(layer, units)
    match name:
        case "slices":
            return _parameters(state, slices)
        case "placebo_slices":
            return _parameters(state, symmetry.slices(layer, placebo))
        case "outside":
            return complement(state, _parameters(state, slices))
        case "layer":
            return layers(state, _modules(_parameters(state, slices)))
        case "neighbourhood":
            return layers(state, _around(state, _modules(_parameters(state, slices))))
        case "all":
            return everything(state)
    raise ValueError(f"no region {name!r}; there are {', '.join(REGIONS)}")


def _parameters(state: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: masks[name] for name in parameter_names(state) if name in masks}


def _modules(names: Mapping[str, Tensor]) -> list[str]:
    return list(dict.fromkeys(module_of(name) for name in names))


def _around(state: Mapping[str, Tensor], chosen: Sequence[str]) -> list[str]:
    """`chosen` and the layer before and behind it, in the order of the state dict; a layer is a module whose weight has
    two axes or more, with the modules up to the next one (its normalisation)."""
    blocks: list[list[str]] = []
    for module in _modules({name: state[name] for name in parameter_names(state)}):
        weight = state.get(f"{module}.weight")
        if not blocks or (weight is not None and weight.ndim > 1):
            blocks.append([])
        blocks[-1].append(module)
    touched = [place for place, block in enumerate(blocks) if set(block) & set(chosen)]
    return [module for block in blocks[max(0, touched[0] - 1) : touched[-1] + 2] for module in block]
