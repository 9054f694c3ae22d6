"""Reads which units a variant swaps from the metadata beside its checkpoint."""

from dataclasses import dataclass

from mode_connectivity import layout
from mode_connectivity.foundations.reading import read_json

Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class SwapMetadata:
    """Names the variant, the layer whose units it swaps (None where it is no layer's), and the pairs of units."""

    variant: str
    layer: str | None
    pairs: Pairs


def read_swap(variant: str, seed: int) -> SwapMetadata:
    """Return the metadata of the other end `variant` of the endpoint `seed`."""
    values = read_json(layout.metadata(layout.swapped(variant, seed)))
    pairs: Pairs = [(first, second) for first, second in (each["pair"] for each in values["pairs"])]
    return SwapMetadata(values["variant"], values["layer"], pairs)
