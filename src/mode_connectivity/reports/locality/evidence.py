"""Collects the losses on which the answer of each depth rests."""

import numpy as np

from mode_connectivity import layout
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.params import Params
from mode_connectivity.reports.locality.record import Summaries
from mode_connectivity.statistics.claims import Evidence


def evidence_of(params: Params, variant: str, summaries: Summaries) -> Evidence:
    """Return the barriers of the straight lines, and the excess of the restricted curves that the params ask for.

    The folder may also hold curves of a study with other params.
    """
    kinds: tuple[str, ...] = params.restricted.kinds if variant in params.restricted.variants else ()
    excess = {kind: np.array([_excess(variant, seed, kind) for seed in params.seeds]) for kind in kinds}
    chord = [summaries[variant, seed].line["train"]["loss_barrier"] for seed in params.seeds]
    return Evidence(np.array(chord), excess)


def _excess(variant: str, seed: int, kind: str) -> float:
    excess: float = read_json(layout.restricted(variant, seed, kind))["gap"]
    return excess
