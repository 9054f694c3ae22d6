"""Tests the findings of the mechanisms study against what is expected of them."""

from mode_connectivity.reports.mechanisms.findings import Findings
from mode_connectivity.reports.mechanisms.signs import (
    Sign,
    fitted_paths_have_none_on_their_data,
    no_path_is_free_on_all_sets,
    small_steps_keep_the_cue,
    straight_lines_have_barriers,
)


def signs_of(findings: Findings, margin: float) -> list[Sign]:
    """Return the four signs, each with the number that decides it."""
    paths, networks = findings.paths, findings.networks
    naive = findings.tuned.get("naive", {}).values()
    barriers = [{name: sets["error_barrier"] for name, sets in history["path"]["sets"].items()} for history in naive]
    return [
        straight_lines_have_barriers(paths, margin),
        fitted_paths_have_none_on_their_data(paths, margin),
        no_path_is_free_on_all_sets(paths, margin),
        small_steps_keep_the_cue(
            barriers, networks.gaps("naive") if barriers else [], networks.gaps("clean twin"), margin
        ),
    ]
