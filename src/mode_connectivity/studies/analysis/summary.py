"""Reads the summary that an analysis leaves of a path."""

from dataclasses import dataclass
from typing import Any

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.reading import read_json

Figures = dict[str, dict[str, Any]]  # probe set -> figures of `path_summary`
FITTED = "fitted_path"  # the key that names the kind of the fitted path


@dataclass(frozen=True)
class Summary:
    """Holds the figures of one path and of the straight line between its ends.

    `kind` is that of the fitted path; `curve` and `line` are its figures and the line's by probe set, `layers` those of
    each layer, `movement` those of the bend, `layer` the swapped one or None.
    """

    kind: str
    curve: Figures
    line: Figures
    layers: list[dict[str, Any]]
    movement: dict[str, Any]
    layer: str | None


def summary_of(values: dict[str, Any]) -> Summary:
    """Return the summary in the JSON of an analysis."""
    kind, paths = values[FITTED], values["paths"]
    return Summary(kind, paths[kind], paths["linear"], values["layers"], values["movement"], values["swapped_layer"])


def read_summary(variant: str, seed: int) -> Summary:
    """Return the summary of the path to `variant` from the endpoint `seed`."""
    return summary_of(read_json(layout.analysis(variant, seed) / layout.SUMMARY))
