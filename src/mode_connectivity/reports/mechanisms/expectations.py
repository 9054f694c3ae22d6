"""Tests the findings of the mechanisms study against what is expected of them."""

from mode_connectivity.reports.mechanisms.findings import Findings
from mode_connectivity.reports.mechanisms.signs import (
    Sign,
    fitted_paths_have_none_on_their_data,
    large_steps_meet_a_barrier,
    no_path_is_free_on_all_sets,
    small_steps_keep_the_cue,
    straight_lines_have_barriers,
)


def signs_of(findings: Findings, margin: float, large_rate: float) -> list[Sign]:
    """Return the five signs, each with the means that decide it; `large_rate` is the learning rate of naive_large."""
    paths, networks = findings.paths, findings.networks
    naive = findings.barriers_back("naive")
    gaps = networks.gaps("naive") if naive else []
    return [
        straight_lines_have_barriers(paths, margin),
        fitted_paths_have_none_on_their_data(paths, margin),
        no_path_is_free_on_all_sets(paths, margin),
        small_steps_keep_the_cue(naive, gaps, networks.gaps("clean twin") if gaps else [], margin),
        large_steps_meet_a_barrier(findings.barriers_back("naive_large"), large_rate, margin),
    ]
