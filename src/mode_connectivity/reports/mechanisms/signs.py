"""Tests the signs that Lubana et al. (2023) lead one to expect, each by means over the seeds.

On a probe set a path has a barrier where its error lies more than a margin above the line between the errors of its
ends (their definition of connectivity, with the 0-1 loss). Two networks share their mechanism along a path that has no
barrier on any of the four sets. A sign holds where the intervals of all its means lie on the expected side of the
margin; below six seeds it is not tested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mode_connectivity.reports.mechanisms.estimates import Side, number, over_seeds, side, word
from mode_connectivity.statistics.estimate import Estimate

# pattern -> seed -> probe set -> {"error_barrier": ..., ...}
Barriers = Mapping[str, Mapping[int, Mapping[str, Mapping[str, Any]]]]
PROBES = ("no_cue", "cue", "rand_cue", "rand_image")
TRAINED_ON = ("test_cue", "test_no_cue")  # test images of the kinds on which the two ends were trained
FITTED_ON = {"qmc_cue": "train_training", "qmc_clean": "train_no_cue"}


@dataclass(frozen=True)
class Part:
    """Holds one mean of a sign: what it is, its values, and on which side of the margin it is expected."""

    name: str
    estimate: Estimate
    expected: Side


@dataclass(frozen=True)
class Sign:
    """Holds what is expected, in words and as means against a margin; no `parts` where it was not measured."""

    expected: str
    parts: tuple[Part, ...]
    margin: float
    on: str = ""

    @property
    def word(self) -> str:
        if not self.parts:
            return "not measured"
        sides = [(side(part.estimate, self.margin), part.expected) for part in self.parts]
        return word(sides, ("holds", "**does not hold**"))

    @property
    def found(self) -> str:
        """Return the means in points."""
        means = "; ".join(f"{part.name} {number(part.estimate)}" for part in self.parts)
        return f"{means}{self.on}" if self.parts else "not among the params"


def straight_lines_have_barriers(paths: Barriers, margin: float) -> Sign:
    """Test whether straight lines have barriers, even after matching, on the data on which the ends were trained."""
    parts = _parts(paths, dict.fromkeys(("lmc", "lmcp"), TRAINED_ON), "above")
    expected = "Straight lines between a cue-trained network and its clean twin have a barrier, even after matching"
    return Sign(expected, parts, margin, ", the higher of cue and no-cue test images")


def fitted_paths_have_none_on_their_data(paths: Barriers, margin: float) -> Sign:
    """Test whether quadratic paths have no barrier on the data on which they were fitted."""
    parts = _parts(paths, {pattern: (name,) for pattern, name in FITTED_ON.items()}, "below")
    return Sign(
        "Quadratic paths have none on the data on which they were fitted", parts, margin, ", on training images"
    )


def no_path_is_free_on_all_sets(paths: Barriers, margin: float) -> Sign:
    """Test whether every path has a barrier on at least one of the four probe sets."""
    parts = _parts(paths, {pattern: tuple(f"test_{name}" for name in PROBES) for pattern in paths}, "above")
    return Sign(
        "No path between the two is free of barriers on all four sets", parts, margin, ", the highest of the test sets"
    )


def small_steps_keep_the_cue(
    barriers: Sequence[Mapping[str, float]], gaps: Sequence[float], twin_gaps: Sequence[float], margin: float
) -> Sign:
    """Test whether naive fine-tuning meets no barrier and keeps the cue.

    `barriers` are those of the line to the naively fine-tuned network, one mapping a seed; gaps are cue minus no cue.
    """
    excess = [gap - twin for gap, twin in zip(gaps, twin_gaps, strict=True)] if barriers else []
    kept = (Part("its gap between cue and no cue beyond the clean twin's", over_seeds(excess), "above"),)
    return Sign(
        "Naive fine-tuning by small steps stays connected by a straight line, and keeps the cue",
        (*_of_line(barriers, "below"), *kept) if barriers else (),
        margin,
    )


def large_steps_meet_a_barrier(barriers: Sequence[Mapping[str, float]], rate: float, margin: float) -> Sign:
    """Test whether naive fine-tuning at a high rate meets a barrier: the positive control of small steps.

    Without a barrier here, none there says nothing about the size of steps.
    """
    expected = f"By large steps (rate {rate:g}) it does not stay connected: the positive control of the line above"
    return Sign(expected, _of_line(barriers, "above"), margin)


def highest(sets: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> float:
    """Return the highest error barrier of one path over the sets of these names."""
    return max(float(sets[name]["error_barrier"]) for name in names)


def _parts(paths: Barriers, wanted: Mapping[str, Sequence[str]], expected: Side) -> tuple[Part, ...]:
    """Return the mean of the highest barrier on the `wanted` sets, for each of these patterns that was run."""
    return tuple(
        Part(f"{pattern}:", over_seeds([highest(sets, names) for sets in paths[pattern].values()]), expected)
        for pattern, names in wanted.items()
        if pattern in paths
    )


def _of_line(barriers: Sequence[Mapping[str, float]], expected: Side) -> tuple[Part, ...]:
    values = over_seeds([max(sets.values()) for sets in barriers])
    return (Part("highest barrier on the test sets", values, expected),) if barriers else ()
