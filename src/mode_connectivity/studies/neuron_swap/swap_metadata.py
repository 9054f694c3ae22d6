"""Reads which units a variant swaps from the metadata beside its checkpoint."""

from dataclasses import dataclass

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.reading import read_json, values_of

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
