"""Names the layer whose units a variant swaps, and reads the metadata beside its checkpoint."""

from dataclasses import dataclass

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.reading import read_json, values_of
from mode_connectivity.paths.path import ROOT, module_of
from mode_connectivity.symmetry import Symmetry


def named_layer(symmetry: Symmetry, name: str) -> str:
    """Return the layer that `name` means; "(root)" means the only parameter of the root that is a layer.

    Raises:
        ValueError: no such layer, or several on the root.
    """
    of_root = [layer for layer in symmetry.layers if layer in symmetry.axes and module_of(layer) == ROOT]
    if name == ROOT and len(of_root) > 1:
        raise ValueError(f"{ROOT} holds several layers: name one of {', '.join(of_root)}")
    if name == ROOT and of_root:
        return of_root[0]
    symmetry.group_of(name)
    return name


def owner_of(symmetry: Symmetry, layer: str) -> str:
    """Return the layer under whose name distances are measured: the module that owns a parameter."""
    return layer if layer in symmetry.layers and layer not in symmetry.axes else module_of(layer)


def named(symmetry: Symmetry, layer: str | None) -> dict[str, str | None]:
    """Return the metadata that name a swapped layer: its module, and the parameter where it is one itself."""
    owner = None if layer is None else owner_of(symmetry, layer)
    return {"layer": owner} if owner == layer else {"layer": owner, "parameter": layer}


Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class SwapMetadata:
    """Names the variant, the layer whose units it swaps (None where it is no layer's), and the pairs of units.

    `module` is the layer under whose name distances are measured: another one where `layer` is a parameter itself.
    """

    variant: str
    layer: str | None
    module: str | None
    pairs: Pairs


def read_swap(variant: str, seed: int) -> SwapMetadata:
    """Return the metadata of the other end `variant` of the endpoint `seed`."""
    file = layout.metadata(layout.swapped(variant, seed))
    values = read_json(file)
    with values_of(file):
        pairs: Pairs = [(int(first), int(second)) for first, second in (each["pair"] for each in values["pairs"])]
        module, layer = values["layer"], values.get("parameter", values["layer"])
        if not isinstance(module, str | None) or not isinstance(layer, str | None):
            raise TypeError("layer is no name")
    return SwapMetadata(values["variant"], layer, module, pairs)
