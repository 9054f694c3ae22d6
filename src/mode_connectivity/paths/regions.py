"""Names parts of a network around swapped units, as masks of what a path may move."""

import re
from collections.abc import Mapping, Sequence

import torch
from torch import Generator, Tensor

from mode_connectivity.paths.path import module_of, parameter_names
from mode_connectivity.paths.restrict import complement, everything, layers
from mode_connectivity.symmetry import Symmetry

REGIONS = ("slices", "placebo_slices", "placebo_entries", "outside", "all", "affine", "layer", "neighbourhood")
SHARED = re.compile(r"(units|layer_entries|entries)_(0\.\d+)")  # a region of a share of the units or entries
KNOWN = f"{', '.join(REGIONS)}, and units_, layer_entries_ and entries_ with a share, as in entries_0.01"


def region(
    name: str,
    symmetry: Symmetry,
    state: Mapping[str, Tensor],
    layer: str,
    units: Sequence[int],
    others: Sequence[int] = (),
    generator: Generator | None = None,
) -> dict[str, Tensor]:
    """Return the mask of a region, for `units` of `layer` that are swapped.

    slices: the units' own rows and their consumers' input channels; placebo_slices: those of the first of `others`, as
    many; placebo_entries: entries drawn at random outside the slices, as many in each tensor; outside: all but the
    slices; layer: all parameters of the modules that the slices run through, that is the swapped layer, its
    normalisation and its consumers; neighbourhood: these and one layer on either side; all and affine: everything
    (`paths.affine` holds the units to scales and shifts).

    Of a share s in (0, 1): units_s: the slices of that share of the layer's units, taken from `others`, then from
    `units`; layer_entries_s: that share of the entries of region layer, drawn at random; entries_s: of the network.

    Raises:
        ValueError: no such region or layer, a unit out of range, or too few units or entries to draw from.
    """
    slices = _parameters(state, symmetry.slices(layer, units))
    if (match := SHARED.fullmatch(name)) and float(match[2]) > 0:
        share = float(match[2])
        if match[1] == "units":
            count = max(1, round(share * symmetry.groups[symmetry.group_of(layer)]))
            return _parameters(state, symmetry.slices(layer, _first([*others, *units], count)))
        chosen = parameter_names(state) if match[1] == "entries" else list(layers(state, _modules(slices)))
        return _drawn(state, chosen, share, _needed(generator))
    match name:
        case "slices":
            return slices
        case "placebo_slices":
            return _parameters(state, symmetry.slices(layer, _first(others, len(units))))
        case "placebo_entries":
            return {
                tensor: _entries_outside(mask.expand(state[tensor].shape), _needed(generator), tensor)
                for tensor, mask in slices.items()
            }
        case "outside":
            return complement(state, slices)
        case "layer":
            return layers(state, _modules(slices))
        case "neighbourhood":
            return layers(state, _around(state, _modules(slices)))
        case "all" | "affine":
            return everything(state)
    raise ValueError(f"no region {name!r}; there are {KNOWN}")


def _needed(generator: Generator | None) -> Generator:
    if generator is None:
        raise ValueError("a region of entries drawn at random needs a generator")
    return generator


def _first(units: Sequence[int], count: int) -> list[int]:
    if len(units) < count:
        raise ValueError(f"{count} other live units are needed, the layer has {len(units)}")
    return list(units[:count])


def _entries_outside(mask: Tensor, generator: Generator, tensor: str) -> Tensor:
    """Return as many entries as `mask` holds, drawn from all that it does not."""
    free, count = torch.nonzero(~mask.flatten())[:, 0], int(mask.sum())
    if count > len(free):
        raise ValueError(f"the slices hold {count} entries of {tensor}, which leaves {len(free)} for a placebo")
    drawn = torch.zeros(mask.numel(), dtype=torch.bool)
    drawn[free[torch.randperm(len(free), generator=generator)[:count]]] = True
    return drawn.view(mask.shape)


def _drawn(state: Mapping[str, Tensor], names: Sequence[str], share: float, generator: Generator) -> dict[str, Tensor]:
    """Return a share of the entries of the tensors `names`, drawn from all of them together."""
    sizes = [state[name].numel() for name in names]
    drawn = torch.zeros(sum(sizes), dtype=torch.bool)
    drawn[torch.randperm(len(drawn), generator=generator)[: max(1, round(share * len(drawn)))]] = True
    return {name: each.view(state[name].shape) for name, each in zip(names, drawn.split(sizes), strict=True)}


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
