"""Tests the four signs that Lubana et al. (2023) lead one to expect, each with the number that decides it.

On a probe set a path has a barrier where its error lies more than a margin above the line between the errors of its
ends (their definition of connectivity, with the 0-1 loss). Two networks share their mechanism along a path that has no
barrier on any of the four sets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# pattern -> seed -> probe set -> {"error_barrier": ..., ...}
Barriers = Mapping[str, Mapping[int, Mapping[str, Mapping[str, Any]]]]
PROBES = ("no_cue", "cue", "rand_cue", "rand_image")
TRAINED_ON = ("test_cue", "test_no_cue")  # test images of the kinds on which the two ends were trained
FITTED_ON = {"qmc_cue": "train_training", "qmc_clean": "train_no_cue"}


@dataclass(frozen=True)
class Sign:
    """Holds what is expected, whether it `holds` in every seed (None: not measured), and by what `number`."""

    expected: str
    holds: bool | None
    number: str


def straight_lines_have_barriers(paths: Barriers, margin: float) -> Sign:
    """Test whether straight lines have barriers, even after matching, on the data on which the ends were trained."""
    expected = "Straight lines between a cue-trained network and its clean twin have a barrier, even after matching"
    lines = {pattern: paths[pattern].values() for pattern in ("lmc", "lmcp") if pattern in paths}
    if not lines:
        return _unmeasured(expected)
    lowest = {pattern: min(_highest(sets, TRAINED_ON) for sets in seeds) for pattern, seeds in lines.items()}
    number = "; ".join(
        f"{pattern}: at least {100 * lowest[pattern]:.1f} points, "
        f"{100 * min(_above_the_worse_end(sets, TRAINED_ON) for sets in seeds):.1f} of them above the worse end"
        for pattern, seeds in lines.items()
    )
    return Sign(expected, all(value > margin for value in lowest.values()), f"{number}, on cue or no-cue test images")


def fitted_paths_have_none_on_their_data(paths: Barriers, margin: float) -> Sign:
    """Test whether quadratic paths have no barrier on the data on which they were fitted."""
    expected = "Quadratic paths have none on the data on which they were fitted"
    highest = {
        pattern: max(sets[fitted_on]["error_barrier"] for sets in paths[pattern].values())
        for pattern, fitted_on in FITTED_ON.items()
        if pattern in paths
    }
    if not highest:
        return _unmeasured(expected)
    number = "; ".join(f"{pattern}: at most {100 * value:.1f} points" for pattern, value in highest.items())
    return Sign(expected, all(value <= margin for value in highest.values()), f"{number}, on training images")


def no_path_is_free_on_all_sets(paths: Barriers, margin: float) -> Sign:
    """Test whether every path has a barrier on at least one of the four probe sets."""
    expected = "No path between the two is free of barriers on all four sets"
    worst = {
        pattern: min(_highest(sets, [f"test_{name}" for name in PROBES]) for sets in seeds.values())
        for pattern, seeds in paths.items()
    }
    if not worst:
        return _unmeasured(expected)
    number = "; ".join(f"{pattern}: at least {100 * value:.1f} points" for pattern, value in worst.items())
    return Sign(expected, all(value > margin for value in worst.values()), f"{number}, on a path's worst test set")


def small_steps_keep_the_cue(
    barriers: Sequence[Mapping[str, float]], gaps: Sequence[float], twin_gaps: Sequence[float], margin: float
) -> Sign:
    """Test whether naive fine-tuning meets no barrier and keeps the cue.

    `barriers` are those of the line to the naively fine-tuned network, one mapping a seed; gaps are cue minus no cue.
    """
    expected = "Naive fine-tuning by small steps stays connected by a straight line, and keeps the cue"
    if not barriers:
        return _unmeasured(expected)
    highest = max(max(sets.values()) for sets in barriers)
    excess = min(gap - twin for gap, twin in zip(gaps, twin_gaps, strict=True))
    number = (
        f"barrier at most {100 * highest:.1f} points on any test set; "
        f"its gap between cue and no cue is at least {100 * excess:.1f} points above the clean twin's"
    )
    return Sign(expected, highest <= margin < excess, number)


def _highest(sets: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> float:
    return max(float(sets[name]["error_barrier"]) for name in names)


def _above_the_worse_end(sets: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> float:
    """Return how far the error rises above that of the worse end; 0 on a path without a hump."""
    return max(float(min(sets[name]["accuracy_at_ends"]) - sets[name]["lowest_accuracy"]) for name in names)


def _unmeasured(expected: str) -> Sign:
    return Sign(expected, None, "not among the params")
