"""Reads the records on which the answer of each depth rests: restricted paths, and the straight line's baselines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mode_connectivity import layout
from mode_connectivity.foundations.reading import Values, read_json
from mode_connectivity.params import Params
from mode_connectivity.statistics.gaps import ALL, Gaps
from mode_connectivity.statistics.verdicts import Evidence, Measure

Floats = NDArray[np.float64]
KEYS: dict[Measure, str] = {"gap": "gap", "mean": "mean_gap", "height": "height"}  # measure -> its key in a record


@dataclass(frozen=True)
class Records:
    """Holds records of one depth, a list of one a seed each: of the baselines, and by region and effort."""

    lines: Sequence[Values]
    regions: Mapping[str, Mapping[int, Sequence[Values]]]

    @property
    def effort(self) -> int:
        """The least multiple of the epochs: that of the figures; twice as many show whether they have converged."""
        return min((effort for efforts in self.regions.values() for effort in efforts), default=1)


def read_records(params: Params, variant: str, partly: bool = False) -> Records:
    """Return the records of a depth that the params ask for; the folders may also hold those of other params.

    With `partly`, further efforts count for those regions for which all seeds have them.
    """
    section, seeds = params.restricted, params.seeds
    kinds = section.kinds if variant in section.variants else ()
    regions = {
        kind: {
            effort: [read_json(layout.restricted(variant, seed, kind, effort)) for seed in seeds]
            for effort in section.efforts
            if not partly or effort == min(section.efforts) or not missing(params.seeds, variant, kind, effort)
        }
        for kind in kinds
    }
    return Records([read_json(layout.baselines(variant, seed)) for seed in seeds], regions)


def missing(seeds: Sequence[int], variant: str, kind: str, effort: int) -> list[str]:
    """Return the files of a region and effort that are not there."""
    files = [layout.restricted(variant, seed, kind, effort) for seed in seeds]
    return [file.as_posix() for file in files if not file.is_file()]


def evidence_of(records: Records) -> Evidence:
    """Return the gaps of each measure, in nats, one value a seed."""
    return {measure: _gaps(records, key) for measure, key in KEYS.items()}


def values(records: Sequence[Mapping[str, Any]], key: str) -> Floats:
    """Return one figure of each record, (n,)."""
    return np.array([record[key] for record in records], dtype=np.float64)


def _gaps(records: Records, key: str) -> Gaps:
    base = records.effort

    def at(effort: int) -> dict[str, Floats]:
        return {
            region: values(efforts[effort], key) for region, efforts in records.regions.items() if effort in efforts
        }

    everything = records.regions.get(ALL)
    floor = values([record["floor"] for record in everything[base]], key) if everything else None
    return Gaps(values([line["line"] for line in records.lines], key), at(base), at(2 * base), floor)
