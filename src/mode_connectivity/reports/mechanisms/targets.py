"""Tests whether CBFT leaves the cue: its accuracies against those of the clean twin and of naive fine-tuning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mode_connectivity.reports.blocks import Number
from mode_connectivity.reports.mechanisms.estimates import number, over_seeds, side, word
from mode_connectivity.statistics.estimate import Estimate

POINTS = 0.05  # "about equal" and "within": five points
COST = 0.02  # of no-cue accuracy against naive fine-tuning


@dataclass(frozen=True)
class Networks:
    """Holds `accuracy[network][probe set]`, and `loss` likewise, one value a seed."""

    accuracy: Mapping[str, Mapping[str, Sequence[float]]]
    loss: Mapping[str, Mapping[str, Sequence[float]]]

    def gaps(self, name: str) -> list[float]:
        """Return accuracy on cue minus that on no cue, a value a seed."""
        sets = self.accuracy[name]
        return [cue - without for cue, without in zip(sets["cue"], sets["no_cue"], strict=True)]


@dataclass(frozen=True)
class Target:
    """Holds one target of cbft: a mean over the seeds that should lie at most at `limit`, in points unless in nats."""

    name: str
    estimate: Estimate
    limit: float
    unit: str = "points"

    @property
    def found(self) -> Number:
        return number(self.estimate) if self.unit == "points" else number(self.estimate, 1, "%.2f")

    @property
    def wanted(self) -> str:
        return f"at most {100 * self.limit if self.unit == 'points' else self.limit:g}"

    @property
    def word(self) -> str:
        return word([(side(self.estimate, self.limit), "below")], ("reached", "**not reached**"))


def targets_of(networks: Networks, chance: float, level: float | None) -> list[Target]:
    """Return the targets of cbft where it was run; `level` is K of its barrier loss, or None."""
    if "cbft" not in networks.accuracy:
        return []
    sets = networks.accuracy["cbft"]
    excess = np.abs(networks.gaps("cbft")) - np.abs(networks.gaps("clean twin"))
    targets = [
        _target("|cue - no cue| beyond the clean twin's", excess, POINTS),
        _target("|rand. cue - no cue|", np.abs(_minus(sets["rand_cue"], sets["no_cue"])), POINTS),
        _target("rand. image above chance", np.array(sets["rand_image"]) - chance, POINTS),
    ]
    if "naive" in networks.accuracy:
        targets.append(
            _target("no-cue accuracy below naive's", _minus(networks.accuracy["naive"]["no_cue"], sets["no_cue"]), COST)
        )
    if level is not None:
        losses = over_seeds(networks.loss["clean twin"]["no_cue"])
        targets.append(Target("the clean twin's no-cue loss, which must lie below level K", losses, level, "nats"))
    return targets


def _minus(first: Sequence[float], second: Sequence[float]) -> np.ndarray:
    return np.subtract(first, second, dtype=np.float64)


def _target(name: str, values: np.ndarray, limit: float) -> Target:
    return Target(name, over_seeds(list(values)), limit)
