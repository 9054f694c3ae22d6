"""Signs and targets of the mechanisms study, on planted numbers."""

from typing import Any

import pytest

from mode_connectivity.reports.mechanisms.signs import (
    PROBES,
    fitted_paths_have_none_on_their_data,
    no_path_is_free_on_all_sets,
    small_steps_keep_the_cue,
    straight_lines_have_barriers,
)
from mode_connectivity.reports.mechanisms.targets import Networks, targets_of

MARGIN = 0.05
SETS = [f"{split}_{probe}" for split in ("train", "test") for probe in PROBES] + ["train_training"]


def sets(**barriers: float) -> dict[str, dict[str, Any]]:
    ends = {"accuracy_at_ends": [0.9, 0.6], "lowest_accuracy": 0.55}
    return {name: {"error_barrier": barriers.get(name, 0.0), **ends} for name in SETS}


def test_straight_lines_must_have_barriers_in_every_seed_and_after_matching() -> None:
    high, low = sets(test_cue=0.4), sets(test_no_cue=0.04, test_rand_image=0.9)
    sign = straight_lines_have_barriers({"lmc": {0: high, 1: high}, "lmcp": {0: high, 1: high}}, MARGIN)
    assert (sign.holds, sign.number) == (
        True,
        "lmc: at least 40.0 points, 5.0 of them above the worse end; "
        "lmcp: at least 40.0 points, 5.0 of them above the worse end, on cue or no-cue test images",
    )
    sign = straight_lines_have_barriers({"lmc": {0: high, 1: high}, "lmcp": {0: high, 1: low}}, MARGIN)
    assert sign.holds is False
    assert "lmcp: at least 4.0 points" in sign.number


def test_fitted_paths_are_judged_on_the_data_on_which_they_were_fitted() -> None:
    cue, clean = sets(train_training=0.02, test_cue=0.9), sets(train_no_cue=0.01, train_training=0.9)
    assert fitted_paths_have_none_on_their_data({"qmc_cue": {0: cue}, "qmc_clean": {0: clean}}, MARGIN).holds
    sign = fitted_paths_have_none_on_their_data({"qmc_cue": {0: cue, 1: sets(train_training=0.06)}}, MARGIN)
    assert (sign.holds, sign.number) == (False, "qmc_cue: at most 6.0 points, on training images")


def test_one_path_that_is_free_on_all_sets_breaks_the_third_sign() -> None:
    barred = {0: sets(test_rand_image=0.3)}
    assert no_path_is_free_on_all_sets({"lmc": barred, "qmc_cue": barred}, MARGIN).holds
    assert not no_path_is_free_on_all_sets({"lmc": barred, "qmc_cue": {0: sets(train_cue=0.9)}}, MARGIN).holds


@pytest.mark.parametrize(
    ("barrier", "gap", "holds"), [(0.01, 0.5, True), (0.06, 0.5, False), (0.01, 0.06, False), (0.01, 0.08, True)]
)
def test_small_steps_must_stay_connected_and_keep_a_gap_beyond_the_twins(
    barrier: float, gap: float, holds: bool
) -> None:
    barriers = [{"cue": 0.0, "no_cue": 0.0}, {"cue": 0.0, "no_cue": barrier}]
    assert small_steps_keep_the_cue(barriers, [0.6, gap], [0.0, 0.02], MARGIN).holds is holds


def test_what_was_not_run_is_not_judged() -> None:
    for judge in (straight_lines_have_barriers, fitted_paths_have_none_on_their_data, no_path_is_free_on_all_sets):
        assert judge({}, MARGIN).holds is None
    assert small_steps_keep_the_cue([], [], [0.0], MARGIN).holds is None


def networks(**cbft: list[float]) -> Networks:
    twin = {"no_cue": [0.6, 0.6], "cue": [0.58, 0.62], "rand_cue": [0.6, 0.6], "rand_image": [0.1, 0.1]}
    reached = {"no_cue": [0.6, 0.58], "cue": [0.62, 0.6], "rand_cue": [0.59, 0.59], "rand_image": [0.12, 0.13]}
    accuracy = {"clean twin": twin, "naive": twin, "cbft": reached | cbft}
    return Networks(accuracy, {"clean twin": {"no_cue": [1.0, 1.2]}})


def test_targets_are_reached_by_planted_numbers_and_missed_one_by_one() -> None:
    assert [target.reached for target in targets_of(networks(), 0.1, 1.5)] == [True] * 5
    missed = [
        targets_of(networks(cue=[0.72, 0.7]), 0.1, 1.5),
        targets_of(networks(rand_cue=[0.5, 0.5]), 0.1, 1.5),
        targets_of(networks(rand_image=[0.2, 0.3]), 0.1, 1.5),
        targets_of(networks(no_cue=[0.57, 0.57], cue=[0.57, 0.57], rand_cue=[0.57, 0.57]), 0.1, 1.5),
        targets_of(networks(), 0.1, 1.1),
    ]
    for place, targets in enumerate(missed):
        assert [target.reached for target in targets] == [k != place for k in range(5)], targets
    assert targets_of(networks(), 0.1, None)[-1].name.startswith("no-cue accuracy below naive's")
    assert targets_of(Networks({"clean twin": networks().accuracy["clean twin"]}, {}), 0.1, 1.5) == []
