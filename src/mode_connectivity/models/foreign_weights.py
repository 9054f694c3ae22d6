"""Converts weights from elsewhere to a network's own state dict."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mode_connectivity.models.envelopes import equal, one_of, sets_of_weights
from mode_connectivity.models.parameters import bare, tied
from mode_connectivity.models.vgg import BLOCKS, VGG, vgg_layer

GARIPOV = re.compile(r"(.*\.)?layer_blocks\.(\d+)\.(\d+)\.(weight|bias)")
WRAPPING = ("module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module")
COUNTER = "num_batches_tracked"
SHOWN = 3
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Correspondence:
    """Tells how a state dict fits a network: own name -> name in it, names left out, and what does not fit."""

    names: dict[str, str]
    left_out: list[str]
    misfits: list[str]


def adopt(model: nn.Module, weights: Mapping[str, object], key: str | None = None) -> dict[str, Tensor]:
    """Return the state dict that `weights` hold for `model`, in the model's own order and types.

    `weights` is a state dict, or what a training script saved around one (see `envelopes`); `key` chooses between
    several. Names may have prefixes that wrappers add, such as "module.", "_orig_mod." and "model.". Keys
    "layer_blocks.i.j.*", as the code of Garipov et al. (2018) writes them for VGG without normalisation, name
    convolution j of block i. A count of batches that is missing is 0, as in torch's own loading; of tied tensors one
    name is enough. Tensors of whole numbers that the network does not have are left out, and named in one line of the
    log. Of a network that is wrapped (see `bare`) the names are those of the one inside.

    Raises:
        ValueError: keys or shapes that do not fit, the first few named; or several sets of weights that fit.
    """
    model = bare(model)
    sets = sets_of_weights(weights, key)
    fits = {place: correspondence(model, state) for place, state in sets.items()}
    best = max(fits, key=lambda place: len(fits[place].names))  # the likeliest of those with as many
    fitting = [place for place in fits if not fits[place].misfits]
    if not fitting:
        misfits = fits[best].misfits
        more = f" and {len(misfits) - SHOWN} more" if len(misfits) > SHOWN else ""
        raise ValueError(f"weights do not fit the network: {', '.join(misfits[:SHOWN])}{more}")
    place = one_of(fitting, sets)
    if fits[place].left_out:
        log.warning("left out, as the network has none of these names: %s", ", ".join(fits[place].left_out))
    return _taken(model, sets[place], fits[place].names)


def correspondence(model: nn.Module, values: Mapping[str, object]) -> Correspondence:
    """Return how the state dict `values` fits the network."""
    wanted = model.state_dict()
    stripped = _stripped(model, values, wanted)
    names = {own: name for name, own in stripped.items() if own in wanted}
    extra = [name for name, own in stripped.items() if names.get(own) != name]
    left_out = [name for name in extra if isinstance(value := values[name], Tensor) and _whole(value)]
    same = tied(model)
    of_tensor = {same.get(own, own): name for own, name in names.items()}
    for own in wanted:  # a file may hold only one of the names of a tensor
        if same.get(own, own) in of_tensor:
            names.setdefault(own, of_tensor[same.get(own, own)])
    misfits = [f"{own} is missing" for own in wanted if own not in names and not _is_counter(model, own, names)]
    misfits += [f"{name} is not the network's" for name in extra if name not in left_out]
    for own, tensor in wanted.items():
        misfits += _misfit(own, tensor, values[names[own]]) if own in names else []
    for own, first in same.items():
        if own in names and not equal(values[names[own]], values[names[first]]):
            misfits.append(f"{own} and {first} are one tensor of the network and differ")
    return Correspondence({own: names[own] for own in wanted if own in names}, left_out, misfits)


def _taken(model: nn.Module, values: Mapping[str, object], names: Mapping[str, str]) -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    same = tied(model)
    for own, tensor in model.state_dict().items():
        value = values[names[own]] if own in names else torch.zeros_like(tensor)
        state[own] = state[same[own]] if own in same else value.to(tensor.dtype)  # type: ignore[attr-defined]
    return state


def _misfit(own: str, tensor: Tensor, value: object) -> list[str]:
    if not isinstance(value, Tensor):
        return [f"{own} is {type(value).__name__} and not {tuple(tensor.shape)}"]
    if value.shape != tensor.shape:
        return [f"{own} is {tuple(value.shape)} and not {tuple(tensor.shape)}"]
    real = tensor.is_floating_point() <= value.is_floating_point()
    return [] if real else [f"{own} is {value.dtype}, no real numbers"]


def _is_counter(model: nn.Module, own: str, names: Mapping[str, str]) -> bool:
    """Return whether a missing tensor is the counter of a normalisation layer that has its other statistics."""
    place, _, last = own.rpartition(".")
    return last == COUNTER and f"{place}.running_mean".lstrip(".") in names


def _whole(tensor: Tensor) -> bool:
    return not (tensor.is_floating_point() or tensor.is_complex())


def _stripped(model: nn.Module, values: Mapping[str, object], wanted: Mapping[str, Tensor]) -> dict[str, str]:
    """Return name -> own name, with the renaming and the prefix cut off that let most names be the network's own."""
    renamings: list[Callable[[str], str]] = [lambda name: name, _without_wrappers]
    if isinstance(model, VGG):
        renamings += [lambda name: _from_garipov(model, _without_wrappers(name))]
    candidates = []
    for rename in renamings:
        renamed = {name: rename(name) for name in values}
        found = Counter({"": sum(name in wanted for name in renamed.values())})
        for name in renamed.values():
            parts = name.split(".")
            found.update(".".join(parts[:k]) + "." for k in range(1, len(parts)) if ".".join(parts[k:]) in wanted)
        prefix, count = max(found.items(), key=lambda each: (each[1], -len(each[0])))
        candidates.append((count, {name: own.removeprefix(prefix) for name, own in renamed.items()}))
    return max(candidates, key=lambda each: each[0])[1]


def _without_wrappers(name: str) -> str:
    """Return a name without what torch's wrappers add, also inside it, where a part of the network is wrapped."""
    return ".".join(part for part in name.split(".") if part not in WRAPPING)


def _from_garipov(model: VGG, key: str) -> str:
    match = GARIPOV.fullmatch(key)
    if match is None:
        return key
    block, place, part = int(match[2]), int(match[3]), match[4]
    convolutions = sum(isinstance(module, nn.Conv2d) for module in model.features)
    depth = next(name for name, blocks in BLOCKS.items() if sum(blocks) == convolutions)
    inside = block < len(BLOCKS[depth]) and place < BLOCKS[depth][block]
    batch_norm = any(isinstance(module, nn.BatchNorm2d) for module in model.features)
    own = f"{vgg_layer(depth, False, block, place)}.{part}"
    return f"{match[1] or ''}{own}" if inside and not batch_norm else key
