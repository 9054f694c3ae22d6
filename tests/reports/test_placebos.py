"""The mean of the placebo's kinds stands beside them where there are several."""

from mode_connectivity.reports.placebos import shown


def test_the_mean_of_one_kind_is_left_out() -> None:
    assert shown(["slices", "placebo_slices", "all", "placebo"]) == ["slices", "placebo_slices", "all"]


def test_the_mean_of_two_kinds_or_of_none_stays() -> None:
    two = ["placebo_slices", "placebo_entries", "placebo"]
    assert shown(two) == two
    assert shown(["slices", "placebo"]) == ["slices", "placebo"]
