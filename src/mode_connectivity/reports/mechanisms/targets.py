"""Tests whether CBFT leaves the cue: its accuracies against those of the clean twin and of naive fine-tuning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

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
    """Holds one target of cbft: its value `found`, the one `wanted`, and whether it was reached."""

    name: str
    found: str
    wanted: str
    reached: bool


def targets_of(networks: Networks, chance: float, level: float | None) -> list[Target]:
    """Return the targets of cbft where it was run, of means over seeds; `level` is K of its barrier loss, or None."""
    if "cbft" not in networks.accuracy:
        return []
    sets = networks.accuracy["cbft"]
    excess = np.abs(networks.gaps("cbft")) - np.abs(networks.gaps("clean twin"))
    targets = [
        _points("its \\|cue - no cue\\| beyond the clean twin's", excess, POINTS, "at most 5"),
        _points("\\|rand. cue - no cue\\|", np.abs(_minus(sets["rand_cue"], sets["no_cue"])), POINTS, "at most 5"),
        _points("rand. image above chance", np.array(sets["rand_image"]) - chance, POINTS, "at most 5"),
    ]
    if "naive" in networks.accuracy:
        cost = _minus(networks.accuracy["naive"]["no_cue"], sets["no_cue"])
        targets.append(_points("no-cue accuracy below naive's", cost, COST, "at most 2"))
    if level is not None:
        losses = networks.loss["clean twin"]["no_cue"]
        numbers = ", ".join(f"{value:.2f}" for value in losses)
        targets.append(
            Target(
                "level K, nats, above the clean twin's no-cue loss",
                f"{level:g}",
                f"above {numbers}",
                level > max(losses),
            )
        )
    return targets


def _minus(first: Sequence[float], second: Sequence[float]) -> np.ndarray:
    return np.subtract(first, second, dtype=np.float64)


def _points(name: str, values: np.ndarray, limit: float, wanted: str) -> Target:
    seeds = ", ".join(f"{100 * value:.1f}" for value in values)
    mean = float(values.mean())
    return Target(name + ", points", f"{100 * mean:.1f} ({seeds})", wanted, mean <= limit)
