"""Builds networks by name."""

from collections.abc import Callable
from functools import partial

from torch import nn

from mode_connectivity.models.brought import brought
from mode_connectivity.models.envelopes import unwrapped
from mode_connectivity.models.foreign_weights import adopt, correspondence
from mode_connectivity.models.memory_format import format_that_runs, in_layout, laid_out, memory_format
from mode_connectivity.models.norms import NORMS, has_statistics, modes_kept, unread_statistics
from mode_connectivity.models.parameters import bare, tied, trained_parameters
from mode_connectivity.models.resnet import ResNet, resnet18
from mode_connectivity.models.vgg import BLOCKS, VGG, vgg, vgg_layer
from mode_connectivity.models.vgg_strided import StridedVGG, strided_layer, vgg13_strided

__all__ = [
    "BUILDERS",
    "NORMS",
    "VGG",
    "ResNet",
    "StridedVGG",
    "adopt",
    "bare",
    "build",
    "correspondence",
    "depth_layers",
    "format_that_runs",
    "has_statistics",
    "in_layout",
    "laid_out",
    "memory_format",
    "modes_kept",
    "resnet18",
    "tied",
    "trained_parameters",
    "unread_statistics",
    "unwrapped",
    "vgg",
    "vgg13_strided",
    "vgg_layer",
]

BUILDERS: dict[str, Callable[..., nn.Module]] = {
    **{depth: partial(vgg, depth) for depth in BLOCKS},
    "resnet18": resnet18,
    "vgg13_strided": vgg13_strided,
}


def build(name: str, *, num_classes: int, width: float = 1.0, batch_norm: bool = False, **options: object) -> nn.Module:
    """Return the network called `name`, freshly initialised from torch's global generator.

    "package.module:callable" brings any other: it is called with `num_classes`, and with `width`, `batch_norm` and the
    further options that its signature names.

    Raises:
        ValueError: no network of that name, or a callable that cannot be imported or returns no module.
    """
    options = {"num_classes": num_classes, "width": width, "batch_norm": batch_norm, **options}
    if ":" in name:
        return brought(name, options)
    if name not in BUILDERS:
        known = ", ".join(sorted(BUILDERS))
        raise ValueError(f"model.name: no network called {name[:80]!r}; there are {known}, or package.module:callable")
    return BUILDERS[name](**options)


def depth_layers(name: str, *, batch_norm: bool = False) -> dict[str, str]:
    """Return the layers meant by early, mid and late: the convolutions 0.0, 2.1 and 4.1 (block.place) of any VGG.

    Of a ResNet-18 the first convolution of a block in stages 1, 3 and 4: its units belong to no residual stream,
    so that a swap touches one layer and its only reader, as it does in a VGG. Of any other network none.
    """
    if name not in BUILDERS:
        return {}
    if name == "resnet18":
        return {"early": "layer1.0.conv1", "mid": "layer3.0.conv1", "late": "layer4.1.conv1"}
    if name == "vgg13_strided":
        return {"early": strided_layer(0), "mid": strided_layer(5), "late": strided_layer(9)}
    places = {"early": (0, 0), "mid": (2, 1), "late": (4, 1)}
    return {depth: vgg_layer(name, batch_norm, *place) for depth, place in places.items()}
