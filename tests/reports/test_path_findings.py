"""What the report says of the paths follows their numbers."""

from mode_connectivity.params.variants import RESEEDS
from mode_connectivity.reports.neuron_swap.path_sections import findings
from mode_connectivity.reports.neuron_swap.rows import Row


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
        "displacement": 0.5,
        "share": None,
        "control_displacement": None,
        "control_share": None,
        "parameter_share": None,
    }


def test_another_seed_is_told_in_words_only_where_there_is_one() -> None:
    assert "Another seed" not in " ".join(findings([row("mid", 0.1, 3, "a")]))
    plain, matched = RESEEDS
    text = findings([row("mid", 0.1, 3, "a"), row(plain, 2.0, 12), row(matched, 0.5, 9)])[-1]
    assert "the straight line rises by 2 nats, after matching the units by 0.5" in text
    assert "The ends lie 12.0 and 9.0 apart" in text
    assert "So 75 % of the barrier between these seeds is a matter of which unit stands where" in text
    worse = findings([row("mid", 0.1, 3, "a"), row(plain, 0.5, 12), row(matched, 0.5, 9)])[-1]
    assert "So matching did not lower the barrier" in worse


def test_what_the_control_moves_is_set_beside_the_swap() -> None:
    beside = row("mid", 0.1, 3, "a") | {"control_displacement": 0.4}
    told = " ".join(findings([beside]))
    assert "10 % of the loss" not in told
    assert "by 80 to 80 % of the distance" in told
    assert "There is no control" in " ".join(findings([row("mid", 0.1, 3, "a")]))
