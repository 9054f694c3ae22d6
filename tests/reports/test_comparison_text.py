"""The report's words follow its numbers."""

import numpy as np

from mode_connectivity.params import Params
from mode_connectivity.params.variants import RESEEDS
from mode_connectivity.reports.comparison.rows import Row
from mode_connectivity.reports.comparison.text import report_text
from support.code_imports import ROOT

PARAMS = Params.load(ROOT / "params.yaml")


def row(variant: str, line: float, distance: float, layer: str | None = None) -> Row:
    return {
        "variant": variant,
        "seed": 0,
        "layer": layer,
        "pairs": 1,
        "layers": ["a", "b"],
        "accuracy": 0.99,
        "end_loss": 0.01,
        "line_barrier": line,
        "curve_barrier": 0.002,
        "end_distance": distance,
        "per_layer": np.array([0.3, 0.4]),
        "displacement": 0.5,
        "share": None,
        "control_displacement": None,
        "control_share": None,
        "parameter_share": None,
    }


def test_another_seed_is_told_in_words_only_where_there_is_one() -> None:
    assert "Another seed" not in report_text(PARAMS, [row("mid", 0.1, 3, "a")])
    plain, matched = RESEEDS
    text = report_text(PARAMS, [row("mid", 0.1, 3, "a"), row(plain, 2.0, 12), row(matched, 0.5, 9)])
    assert "the straight line rises by 2 nats, after\n  matching the units by 0.5" in text
    assert "Matching brings the ends from 12.0 to 9.0 apart" in text
    assert "So 75 % of the barrier between these seeds is a matter of which unit stands where" in text
    worse = report_text(PARAMS, [row("mid", 0.1, 3, "a"), row(plain, 0.5, 12), row(matched, 0.5, 9)])
    assert "So matching did not lower the barrier" in worse
    for each in (text, worse):
        assert "\n\n## What they do not show\n" in each
        assert "{" not in each
