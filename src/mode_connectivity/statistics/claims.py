"""Tests what restricted curves show of a correction: that it is sufficient, necessary, or global.

A path whose bend was trained in some of the weights only is compared with one trained in all of them, each as excess of
its highest loss over that of a control (no swap) trained in the same weights:

- sufficient: the slices alone do as well as everything, and slices of other units do not;
- necessary: everything outside the slices does worse than everything;
- global: the slices alone do worse than everything, and everything outside them does as well.

"Worse" is more than a margin above, "as well" less than it; each claim also needs a chord whose barrier exceeds the
margin. A claim holds where all its parts do, so its p-value is the largest of theirs (intersection-union). The primary
measure and the direction, both named beforehand, say which claims are tested; Holm's correction runs over these claims
at all depths. With six seeds one claim at three depths can be shown (3/64 < 5 %), both claims only from seven on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.statistics.sign_flips import sign_flip_p

Floats = NDArray[np.float64]
FEWEST = 6  # seeds with which an exact one-sided test can reject for three depths at 5 %
NEEDS = {
    "sufficient": ("slices", "placebo_slices", "all"),
    "necessary": ("outside", "all"),
    "global": ("slices", "outside", "all"),
}


@dataclass(frozen=True)
class Rule:
    """Holds `primary`, the restricted curve that decides; `direction`, which answers are tested; `margin`, in nats."""

    primary: Literal["slices", "outside"]
    direction: Literal["either", "local", "global"]
    margin: float
    alpha: float = 0.05

    @property
    def claims(self) -> tuple[str, ...]:
        local = "sufficient" if self.primary == "slices" else "necessary"
        return {"either": (local, "global"), "local": (local,), "global": ("global",)}[self.direction]


@dataclass(frozen=True)
class Evidence:
    """Holds one value a seed, in nats: `chord`, the straight line's barrier, and `excess` of each restriction.

    `excess`: restriction (slices, placebo_slices, outside, all) -> highest loss of the variant's path over that of its
    control under the same restriction.
    """

    chord: Floats
    excess: Mapping[str, Floats]


def parts(evidence: Evidence, margin: float) -> dict[str, float]:
    """Return each comparison that the evidence allows -> its p-value, one-sided; none below six seeds."""
    if len(evidence.chord) < FEWEST:
        return {}
    excess = evidence.excess
    p_values = {
        "barrier above margin": sign_flip_p(evidence.chord, margin, "greater"),
        "barrier within margin": sign_flip_p(evidence.chord, margin, "less"),
    }
    for kind in ("slices", "outside"):
        if {kind, "all"} <= set(excess):
            p_values[f"{kind} as good as all"] = sign_flip_p(excess[kind] - excess["all"], margin, "less")
            p_values[f"{kind} worse than all"] = sign_flip_p(excess[kind] - excess["all"], margin, "greater")
    if {"slices", "placebo_slices"} <= set(excess):
        gap = excess["placebo_slices"] - excess["slices"]
        p_values["placebo worse than slices"] = sign_flip_p(gap, margin, "greater")
    return {name: float(p) for name, p in p_values.items()}


def parts_of(claim: str, tests: Mapping[str, float]) -> dict[str, float]:
    """Return the parts that a claim needs, all of them."""
    names = {
        "sufficient": ("slices as good as all", "placebo worse than slices"),
        "necessary": ("outside worse than all",),
        "global": ("slices worse than all", "outside as good as all"),
    }[claim]
    return {name: tests[name] for name in ("barrier above margin", *names)}
