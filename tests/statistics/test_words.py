"""Each word of the verdict is planted and found, and is not found where its rule is broken in one place."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mode_connectivity.statistics.gaps import Gaps
from mode_connectivity.statistics.rule import Rule
from mode_connectivity.statistics.sentences import sentence
from mode_connectivity.statistics.verdicts import Evidence, Verdict, verdicts

RULE = Rule(margin=0.1)
LOCAL = {"slices": 0.0, "placebo_slices": 0.7, "placebo_entries": 0.5, "outside": 0.0, "all": 0.0}
NOT_LOCAL = {**LOCAL, "slices": 0.5}
BOTH = {**NOT_LOCAL, "outside": 0.4}
ANY = {**LOCAL, "placebo_slices": 0.02, "placebo_entries": 0.0}


def gaps(shares: dict[str, float], seeds: int = 8, line: float = 0.1, floor: float | None = 0.001) -> Gaps:
    """Gaps that are these shares of the line's, give or take 1 % of it; converged, with a noise floor."""
    rng = np.random.default_rng(0)
    none = line * rng.uniform(0.8, 1.2, seeds)
    regions = {region: none * (share + rng.uniform(-0.01, 0.01, seeds)) for region, share in shares.items()}
    return Gaps(none, regions, dict(regions), None if floor is None else np.full(seeds, floor))


def verdict(found: Gaps, rule: Rule = RULE, **others: Gaps) -> Verdict:
    """The verdict of the middle of three depths; the others are local."""
    evidence: dict[str, Evidence] = {
        "early": {"gap": gaps(LOCAL, len(found.none))},
        "mid": {"gap": found, **others},  # type: ignore[dict-item]
        "late": {"gap": gaps(LOCAL, len(found.none))},
    }
    answer = verdicts(evidence, rule)["mid"]
    text = sentence(answer, rule)
    assert not text[0].islower()
    assert text.endswith(".")
    return answer


def word(found: Gaps, **others: Gaps) -> str:
    return verdict(found, RULE, **others).word


def unconverged(found: Gaps, *regions: str) -> Gaps:
    return replace(found, longer={**found.longer, **{region: found.longer[region] - 0.01 for region in regions}})


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        (LOCAL, "local"),
        ({**LOCAL, "outside": 0.4}, "local"),
        (NOT_LOCAL, "not local"),
        ({**NOT_LOCAL, "placebo_slices": 0.0, "placebo_entries": 0.0}, "not local"),
        ({**NOT_LOCAL, "slices": 0.6}, "not local"),
        (BOTH, "both needed"),
        (ANY, "any such subset suffices"),
        ({**LOCAL, "slices": 0.1}, "the interval"),
        ({**ANY, "slices": 0.1}, "the interval"),
        ({**LOCAL, "slices": 1.0, "placebo_slices": 1.0, "placebo_entries": 1.0, "all": 1.0}, "not identified"),
        (dict.fromkeys(LOCAL, 0.95), "not identified"),  # nothing mends more than the margin, everything included
    ],
)
def test_planted_words(shares: dict[str, float], expected: str) -> None:
    assert word(gaps(shares)) == expected


def test_the_word_of_a_depth_with_no_barrier_is_nothing_to_correct_from_seven_seeds_on() -> None:
    flat = gaps(LOCAL, line=0.001, floor=0.002)
    answer = verdict(flat)
    assert answer.word == "nothing to correct"
    assert answer.shares["gap"].recovery == {}
    assert answer.shares["gap"].locality is None
    assert word(gaps(LOCAL, 7, line=0.001, floor=0.002)) == "nothing to correct"
    assert word(gaps(LOCAL, 2, line=0.0, floor=0.0)) == "points"


def test_a_barrier_at_the_noise_floor_forms_no_ratio() -> None:
    same = gaps(LOCAL)
    same = replace(same, floor=same.none * np.array([0.5, 1.5] * 4))
    answer = verdict(same)
    assert answer.word == "not identified"
    assert (answer.shares["gap"].recovery, answer.shares["gap"].necessity) == ({}, None)
    assert "noise floor" in sentence(answer, RULE)
    assert word(gaps(LOCAL, floor=None)) == "not identified"


def test_a_denominator_merely_not_above_zero_is_not_identified() -> None:
    scattered = gaps(LOCAL)
    swing = scattered.none * np.array([1, -1] * 4)
    wide = dict.fromkeys(("placebo_slices", "placebo_entries"), swing)
    answer = verdict(replace(scattered, regions={**scattered.regions, **wide}))
    assert answer.word == "not identified"
    assert answer.shares["gap"].locality is None
    assert "no locality index" in sentence(answer, RULE)


def test_a_region_fails_only_where_it_has_converged() -> None:
    assert word(unconverged(gaps(NOT_LOCAL), "slices")) == "not converged"
    assert word(unconverged(gaps(LOCAL), "placebo_slices", "placebo_entries")) == "not converged"
    assert word(unconverged(gaps(BOTH), "outside")) == "not local"
    for shares in (NOT_LOCAL, LOCAL):
        assert word(replace(gaps(shares), longer={})) == "not converged"
    # Less than 5 % of the line's sum is no movement, and upwards counts as well.
    slightly = gaps(NOT_LOCAL)
    for share, expected in ((0.049, "not local"), (-0.051, "not converged"), (0.051, "not converged")):
        moved = {"slices": slightly.regions["slices"] + share * slightly.none}
        assert word(replace(slightly, longer={**slightly.longer, **moved})) == expected


def test_what_suffices_needs_no_convergence() -> None:
    assert word(replace(gaps(ANY), longer={})) == "any such subset suffices"
    assert word(unconverged(gaps(LOCAL), "slices", "outside", "all")) == "local"


def test_words_that_differ_between_measures_depend_on_them() -> None:
    local = gaps(LOCAL)
    assert word(local, mean=gaps(LOCAL), height=gaps({**LOCAL, "outside": 0.4})) == "local"
    answer = verdict(local, mean=gaps(LOCAL), height=gaps(NOT_LOCAL))
    assert answer.word == "depends on the measure"
    assert answer.words == {"gap": "local", "mean": "local", "height": "not local"}
    assert 'by the height above the ends "not local"' in sentence(answer, RULE)
    # The other measures have no noise floor of their own, and no say on whether there is a barrier.
    assert word(local, mean=gaps(LOCAL, floor=None)) == "local"
    assert word(gaps(LOCAL, line=0.001, floor=0.002), mean=gaps(LOCAL, floor=None)) == "nothing to correct"


def test_seven_seeds_test_locality_alone_and_six_are_points() -> None:
    seven = verdict(gaps(BOTH, 7))
    assert (seven.word, seven.tested) == ("not local", ("locality",))
    shares = seven.shares["gap"]
    assert shares.locality is not None
    assert shares.locality.interval is not None
    assert shares.necessity is not None
    assert (shares.necessity.interval, shares.excess["outside"].interval) == (None, None)
    assert word(gaps(LOCAL, 7)) == "local"
    six = verdict(gaps(LOCAL, 6))
    assert (six.word, six.tested, six.level) == ("points", (), None)
    assert six.shares["gap"].recovery["slices"].value == pytest.approx(1, abs=0.02)
    assert six.shares["gap"].recovery["slices"].interval is None


def test_points_of_a_line_below_the_noise_floor_form_no_ratio() -> None:
    answer = verdict(gaps(LOCAL, 2, line=0.001, floor=0.002))
    assert (answer.word, answer.shares["gap"].recovery) == ("points", {})


def test_missing_regions_are_named() -> None:
    answer = verdict(gaps({"slices": 0.0, "all": 0.0}))
    assert answer.word == "not identified"
    assert "not trained: placebo" in sentence(answer, RULE)
    assert word(gaps({})) == "not identified"
    assert word(gaps({**LOCAL, "layer": 0.2})) == "local"


def test_the_family_shares_the_level() -> None:
    assert RULE.tested(8, 3) == ("locality", "necessity")
    assert RULE.level_of_each(RULE.tested(8, 3), 3) == pytest.approx(1 - 0.05 / 6)
    assert RULE.level_of_each(RULE.tested(7, 3), 3) == pytest.approx(1 - 0.05 / 3)
    assert RULE.tested(8, 4) == ("locality",)  # eight ratios need nine seeds
    assert RULE.tested(8, 7) == RULE.tested(6, 1) == ()
    assert Rule(0.1, family=("locality",)).tested(8, 4) == ("locality",)
    lonely = verdicts({"mid": {"gap": gaps(LOCAL)}}, RULE)["mid"]
    assert lonely.level == pytest.approx(1 - 0.05 / 2)


def test_the_placebo_is_the_mean_of_its_kinds() -> None:
    one = gaps({"slices": 0.0, "placebo_slices": 0.6, "all": 0.0})
    estimates = verdict(one).shares["gap"]
    assert estimates.recovery["placebo"].value == estimates.recovery["placebo_slices"].value
    both = verdict(gaps(LOCAL)).shares["gap"]
    assert both.recovery["placebo"].value == pytest.approx(1 - 0.6, abs=0.02)
    # At twice the epochs it is known only where all its kinds are.
    assert "placebo" not in verdict(replace(gaps(LOCAL), longer={"placebo_slices": np.zeros(8)})).shares["gap"].moved


@pytest.mark.parametrize(
    "evidence", [{"mid": {"mean": gaps(LOCAL)}}, {"a": {"gap": gaps(ANY)}, "b": {"gap": gaps(ANY, 7)}}]
)
def test_evidence_that_does_not_fit_is_refused(evidence: Any) -> None:
    with pytest.raises(ValueError, match=r"needs the measure|same seeds"):
        verdicts(evidence, RULE)
