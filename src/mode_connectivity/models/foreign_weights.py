"""Converts weights from elsewhere to a network's own state dict."""

import re
from collections.abc import Mapping

from torch import Tensor, nn

from mode_connectivity.models.vgg import BLOCKS, VGG, vgg_layer

NESTED = ("model_state", "state_dict")
GARIPOV = re.compile(r"layer_blocks\.(\d+)\.(\d+)\.(weight|bias)")
SHOWN = 3


def unwrapped(weights: Mapping[str, object]) -> dict[str, object]:
    """Return the state dict that `weights` is, or holds as "model_state" or "state_dict", less a leading "module.".

    Its tensors ask for no gradients.
    """
    for key in NESTED:
        inner = weights.get(key)
        if isinstance(inner, Mapping):
            weights = inner
            break
    plain = {key: value.detach() if isinstance(value, Tensor) else value for key, value in weights.items()}
    return {str(key).removeprefix("module."): value for key, value in plain.items()}


def adopt(model: nn.Module, weights: Mapping[str, object]) -> dict[str, Tensor]:
    """Return the state dict that `weights` hold for `model`, in the model's own order and types.

    `weights` is a state dict, or a dict that holds one (see `unwrapped`). Keys "layer_blocks.i.j.*", as the code of
    Garipov et al. (2018) writes them for VGG without normalisation, name convolution j of block i.

    Raises:
        ValueError: keys or shapes that do not fit; the message names the first few.
    """
    values = unwrapped(weights)
    if isinstance(model, VGG):
        values = {_from_garipov(model, key): value for key, value in values.items()}
    wanted = model.state_dict()
    misfits = [f"{key} is missing" for key in wanted if key not in values]
    misfits += [f"{key} is not the network's" for key in values if key not in wanted]
    misfits += [
        f"{key} is {value.dtype}, no real numbers"
        for key, value in values.items()
        if isinstance(value, Tensor) and key in wanted and wanted[key].is_floating_point() > value.is_floating_point()
    ]
    for key, tensor in wanted.items():
        value = values.get(key)
        if key in values and not (isinstance(value, Tensor) and value.shape == tensor.shape):
            shape = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
            misfits.append(f"{key} is {shape} and not {tuple(tensor.shape)}")
    if misfits:
        more = f" and {len(misfits) - SHOWN} more" if len(misfits) > SHOWN else ""
        raise ValueError(f"weights do not fit the network: {', '.join(misfits[:SHOWN])}{more}")
    return {key: values[key].to(tensor.dtype) for key, tensor in wanted.items()}  # type: ignore[attr-defined]


def _from_garipov(model: VGG, key: str) -> str:
    match = GARIPOV.fullmatch(key)
    if match is None:
        return key
    block, place, part = int(match[1]), int(match[2]), match[3]
    convolutions = sum(isinstance(module, nn.Conv2d) for module in model.features)
    depth = next(name for name, blocks in BLOCKS.items() if sum(blocks) == convolutions)
    inside = block < len(BLOCKS[depth]) and place < BLOCKS[depth][block]
    batch_norm = any(isinstance(module, nn.BatchNorm2d) for module in model.features)
    return f"{vgg_layer(depth, False, block, place)}.{part}" if inside and not batch_norm else key
