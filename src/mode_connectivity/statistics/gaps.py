"""Holds what one measure says of paths whose bend was trained in some of the weights only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SLICES, PLACEBO, OUTSIDE, ALL = "slices", "placebo", "outside", "all"
PLACEBOS = ("placebo_slices", "placebo_entries")  # the kinds whose mean is the placebo


@dataclass(frozen=True)
class Gaps:
    """Holds gaps G in nats, one value a seed, (n,) each.

    none: of the straight line. regions: region that was trained -> G of its path. longer: the same at twice the epochs,
    where known. floor: G of a second control against the first, what training alone makes of no swap; None if unknown.
    """

    none: Floats
    regions: Mapping[str, Floats] = field(default_factory=dict)
    longer: Mapping[str, Floats] = field(default_factory=dict)
    floor: Floats | None = None

    def moved(self) -> dict[str, float]:
        """Return region -> (sum G(2e) - sum G(e)) / sum G_none, where both are known and the line has a barrier."""
        line = float(self.none.sum())
        known = [region for region in self.regions if region in self.longer and line > 0]
        return {region: float((self.longer[region] - self.regions[region]).sum()) / line for region in known}


def with_placebo(gaps: Gaps) -> Gaps:
    """Return the gaps with region `placebo`, the mean over those of `PLACEBOS` that were trained; as it is without any.

    At twice the epochs it is the mean over the same kinds, and unknown where one of them is.
    """
    kinds = [kind for kind in PLACEBOS if kind in gaps.regions]
    both = [dict(gaps.regions), dict(gaps.longer)]
    for regions in both:
        if kinds and all(kind in regions for kind in kinds):
            regions[PLACEBO] = np.mean([regions[kind] for kind in kinds], axis=0)
    return replace(gaps, regions=both[0], longer=both[1])
