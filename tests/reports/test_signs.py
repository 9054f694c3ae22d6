"""Signs and targets of the mechanisms study, on planted numbers."""

from typing import Any

import pytest

from mode_connectivity.reports.mechanisms.estimates import number, over_seeds, side
from mode_connectivity.reports.mechanisms.signs import (
    PROBES,
    fitted_paths_have_none_on_their_data,
    large_steps_meet_a_barrier,
    no_path_is_free_on_all_sets,
    small_steps_keep_the_cue,
    straight_lines_have_barriers,
)
from mode_connectivity.reports.mechanisms.targets import Networks, targets_of

MARGIN = 0.05
SETS = [f"{split}_{probe}" for split in ("train", "test") for probe in PROBES] + ["train_training"]
NO = "**does not hold**"


def sets(**barriers: float) -> dict[str, dict[str, Any]]:
    return {name: {"error_barrier": barriers.get(name, 0.0)} for name in SETS}


def seeds(*each: dict[str, dict[str, Any]]) -> dict[int, dict[str, dict[str, Any]]]:
    return dict(enumerate(each))


def test_six_seeds_have_the_interval_of_the_sign_flip_test_and_five_are_points() -> None:
    values = [0.3, 0.1, 0.2, 0.15, 0.25, 0.2]
    six, five = over_seeds(values), over_seeds(values[:5])
    assert six.interval == pytest.approx((0.1, 0.3))
    assert (str(number(six)), str(number(five))) == ("20.0 [10.0, 30.0]", "20.0 (30.0, 10.0, 20.0, 15.0, 25.0)")
    assert [side(six, limit) for limit in (0.3, 0.09, 0.2)] == ["below", "above", "open"]
    assert (five.interval, side(five, 1.0)) == (None, None)
    assert str(number(over_seeds([0.5]))) == "50.0"


def test_a_mean_decides_and_not_the_worst_seed() -> None:
    """One seed of eight within the margin once made the sign fail; more seeds no longer make that likelier."""
    high, low = sets(test_cue=0.4), sets(test_no_cue=0.04, test_rand_image=0.9)
    sign = straight_lines_have_barriers({"lmc": seeds(*[high] * 7, low)}, MARGIN)
    assert sign.word == "holds"
    assert sign.found == "lmc: 35.5 [22.0, 40.0], the higher of cue and no-cue test images"
    assert straight_lines_have_barriers({"lmc": seeds(*[low] * 6)}, MARGIN).word == NO


def test_every_mean_of_a_sign_must_lie_on_its_side() -> None:
    high, mixed = seeds(*[sets(test_cue=0.4)] * 6), seeds(sets(), *[sets(test_cue=0.4)] * 5)
    assert straight_lines_have_barriers({"lmc": high, "lmcp": high}, MARGIN).word == "holds"
    assert straight_lines_have_barriers({"lmc": high, "lmcp": mixed}, MARGIN).word == "open"
    assert straight_lines_have_barriers({"lmc": high, "lmcp": seeds(*[sets()] * 6)}, MARGIN).word == NO


def test_below_six_seeds_there_are_points_and_no_test() -> None:
    sign = straight_lines_have_barriers({"lmc": seeds(*[sets(test_cue=0.4)] * 5)}, MARGIN)
    assert sign.word == "points, no test"
    assert sign.found.startswith("lmc: 40.0 (40.0, 40.0, 40.0, 40.0, 40.0)")


def test_fitted_paths_are_judged_on_the_data_on_which_they_were_fitted() -> None:
    cue, clean = sets(train_training=0.02, test_cue=0.9), sets(train_no_cue=0.01, train_training=0.9)
    paths = {"qmc_cue": seeds(*[cue] * 6), "qmc_clean": seeds(*[clean] * 6)}
    sign = fitted_paths_have_none_on_their_data(paths, MARGIN)
    assert (sign.word, sign.found) == (
        "holds",
        "qmc_cue: 2.0 [2.0, 2.0]; qmc_clean: 1.0 [1.0, 1.0], on training images",
    )
    worse = paths | {"qmc_cue": seeds(*[sets(train_training=0.06)] * 6)}
    assert fitted_paths_have_none_on_their_data(worse, MARGIN).word == NO


def test_one_path_that_is_free_on_all_sets_breaks_the_third_sign() -> None:
    barred = seeds(*[sets(test_rand_image=0.3)] * 6)
    assert no_path_is_free_on_all_sets({"lmc": barred, "qmc_cue": barred}, MARGIN).word == "holds"
    free = seeds(*[sets(train_cue=0.9)] * 6)
    assert no_path_is_free_on_all_sets({"lmc": barred, "qmc_cue": free}, MARGIN).word == NO


@pytest.mark.parametrize(("barrier", "gap", "word"), [(0.01, 0.5, "holds"), (0.06, 0.5, NO), (0.01, 0.06, NO)])
def test_small_steps_must_stay_connected_and_keep_a_gap_beyond_the_twins(barrier: float, gap: float, word: str) -> None:
    barriers = [{"cue": 0.0, "no_cue": barrier}] * 6
    assert small_steps_keep_the_cue(barriers, [gap] * 6, [0.02] * 6, MARGIN).word == word


def test_large_steps_are_the_positive_control() -> None:
    met, free = [{"cue": 0.2, "no_cue": 0.0}] * 6, [{"cue": 0.04, "no_cue": 0.0}] * 6
    sign = large_steps_meet_a_barrier(met, 0.1, MARGIN)
    assert sign.word == "holds"
    assert "rate 0.1" in sign.expected
    assert large_steps_meet_a_barrier(free, 0.1, MARGIN).word == NO


def test_what_was_not_run_is_not_judged() -> None:
    for judge in (straight_lines_have_barriers, fitted_paths_have_none_on_their_data, no_path_is_free_on_all_sets):
        assert judge({}, MARGIN).word == "not measured"
    assert small_steps_keep_the_cue([], [], [0.0], MARGIN).word == "not measured"
    assert large_steps_meet_a_barrier([], 0.1, MARGIN).word == "not measured"


def networks(**cbft: float) -> Networks:
    def six(**sets: float) -> dict[str, list[float]]:
        return {name: [value - 0.01, value + 0.01] * 3 for name, value in sets.items()}

    twin = six(no_cue=0.6, cue=0.6, rand_cue=0.6, rand_image=0.1)
    reached = six(**{"no_cue": 0.6, "cue": 0.61, "rand_cue": 0.59, "rand_image": 0.12, **cbft})
    return Networks({"clean twin": twin, "naive": twin, "cbft": reached}, {"clean twin": six(no_cue=1.1)})


def test_targets_are_reached_by_planted_numbers_and_missed_one_by_one() -> None:
    assert [target.word for target in targets_of(networks(), 0.1, 1.5)] == ["reached"] * 5
    missed = [
        targets_of(networks(cue=0.7), 0.1, 1.5),
        targets_of(networks(rand_cue=0.5), 0.1, 1.5),
        targets_of(networks(rand_image=0.2), 0.1, 1.5),
        targets_of(networks(no_cue=0.57, cue=0.57, rand_cue=0.57), 0.1, 1.5),
        targets_of(networks(), 0.1, 1.0),
    ]
    for place, targets in enumerate(missed):
        wanted = ["**not reached**" if place == k else "reached" for k in range(5)]
        assert [target.word for target in targets] == wanted, targets
    assert targets_of(networks(rand_image=0.15), 0.1, 1.5)[2].word == "open"
    assert targets_of(networks(), 0.1, None)[-1].name.startswith("no-cue accuracy below naive's")
    assert targets_of(Networks({"clean twin": networks().accuracy["clean twin"]}, {}), 0.1, 1.5) == []


def test_targets_say_what_was_found_and_wanted_in_their_unit() -> None:
    targets = targets_of(networks(), 0.1, 1.5)
    assert (str(targets[2].found), targets[2].wanted, targets[2].unit) == ("2.0 [1.0, 3.0]", "at most 5", "points")
    assert (str(targets[4].found), targets[4].wanted, targets[4].unit) == ("1.10 [1.09, 1.11]", "at most 1.5", "nats")
