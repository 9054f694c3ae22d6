"""Planted evidence gets the answer that it was planted for, and no effect is never called local or global."""

from typing import Any, Literal

import numpy as np
import pytest

from mode_connectivity.statistics.claims import Evidence, Rule
from mode_connectivity.statistics.verdict import null_verdict, verdicts

MARGIN = 0.01
SEEDS = np.linspace(-0.001, 0.001, 7)


def evidence(chord: float = 0.1, seeds: int = 6, **excess: float) -> Evidence:
    noise = SEEDS[:seeds]
    return Evidence(chord + noise, {kind: value + noise[::-1] for kind, value in excess.items()})


def rule(
    primary: Literal["slices", "outside"] = "slices", direction: Literal["either", "local", "global"] = "local"
) -> Rule:
    return Rule(primary, direction, MARGIN)


LOCAL = evidence(slices=0.0, outside=0.09, placebo_slices=0.09, all=0.0)
EVERYWHERE = evidence(slices=0.09, outside=0.0, placebo_slices=0.09, all=0.0)
EITHER_WAY = evidence(slices=0.0, outside=0.0, placebo_slices=0.0, all=0.0)


@pytest.mark.parametrize(
    ("planted", "asked", "answer"),
    [
        (LOCAL, rule("slices", "local"), "local sufficient"),
        (LOCAL, rule("outside", "local"), "local necessary"),
        (LOCAL, rule("slices", "global"), "undecided"),
        (EVERYWHERE, rule("slices", "global"), "global"),
        (EVERYWHERE, rule("outside", "global"), "global"),
        (EVERYWHERE, rule("slices", "local"), "undecided"),
        (EVERYWHERE, rule("outside", "local"), "undecided"),
        # Any weights will do, those of other units too: nothing is special about the slices.
        (EITHER_WAY, rule("slices", "local"), "undecided"),
        (EITHER_WAY, rule("outside", "local"), "undecided"),
        (EITHER_WAY, rule("slices", "global"), "undecided"),
        (evidence(chord=0.0, slices=0.0, outside=0.09, placebo_slices=0.09, all=0.0), rule(), "nothing to correct"),
        (evidence(chord=0.0), rule(), "nothing to correct"),
        (evidence(chord=0.1), rule(), "undecided"),
        (evidence(chord=0.1, seeds=5, slices=0.0, outside=0.09, placebo_slices=0.09, all=0.0), rule(), "undecided"),
        (evidence(chord=0.0, seeds=2), rule(), "nothing to correct"),
    ],
)
def test_planted_evidence(planted: Evidence, asked: Rule, answer: str) -> None:
    found = verdicts({"early": planted, "mid": planted, "late": planted}, asked)
    assert [each.answer for each in found.values()] == [answer] * 3


def test_each_depth_has_its_own_answer_and_all_count_for_holm() -> None:
    found = verdicts({"early": LOCAL, "mid": evidence(chord=0.0), "late": EVERYWHERE}, rule())
    assert [found[d].answer for d in found] == ["local sufficient", "nothing to correct", "undecided"]
    assert found["early"].claims["sufficient"] == pytest.approx(2 / 64)
    three = verdicts({"early": LOCAL, "mid": LOCAL, "late": LOCAL}, rule())
    assert three["early"].claims["sufficient"] == pytest.approx(3 / 64)
    four = verdicts({"early": LOCAL, "mid": LOCAL, "late": LOCAL, "deep": LOCAL}, rule())
    assert {each.answer for each in four.values()} == {"undecided"}
    assert "p = 0.0156; 0.0625 after Holm" in four["early"].reason


def test_both_directions_take_seven_seeds() -> None:
    for seeds, answer in ((6, "undecided"), (7, "local sufficient")):
        local = evidence(seeds=seeds, slices=0.0, outside=0.09, placebo_slices=0.09, all=0.0)
        found = verdicts(dict.fromkeys(("early", "mid", "late"), local), rule(direction="either"))
        assert {each.answer for each in found.values()} == {answer}


def test_seeds_that_differ_leave_six_undecided() -> None:
    odd = LOCAL.excess["slices"].copy()
    odd[2] = 0.09
    mixed = Evidence(LOCAL.chord, {**LOCAL.excess, "slices": odd})
    found = verdicts({"mid": mixed}, rule())["mid"]
    assert found.answer == "undecided"
    assert "not shown: " in found.reason
    barriers = LOCAL.chord.copy()
    barriers[:2] = 0.0
    depths = verdicts({"early": LOCAL, "mid": Evidence(barriers, LOCAL.excess), "late": LOCAL}, rule())
    assert [each.answer for each in depths.values()] == ["local sufficient", "undecided", "local sufficient"]


def test_texts_say_what_is_missing() -> None:
    assert verdicts({"mid": evidence(0.1)}, rule())["mid"].would_decide == (
        "restricted curves: slices, placebo_slices, all"
    )
    assert (
        verdicts({"mid": evidence(0.1, all=0.0)}, rule("outside"))["mid"].would_decide == "restricted curves: outside"
    )
    few = verdicts({"mid": evidence(0.1, seeds=3)}, rule())["mid"]
    assert few.reason.startswith("3 endpoint(s) are points")
    assert few.claims == few.p == {}
    assert few.would_decide == "6 seeds or more, and restricted curves"
    trained = evidence(0.1, seeds=3, slices=0.0, placebo_slices=0.0, all=0.0)
    assert verdicts({"mid": trained}, rule())["mid"].would_decide == "6 seeds or more"
    assert "at each of the 2 endpoint(s)" in verdicts({"mid": evidence(0.0, seeds=2)}, rule())["mid"].reason


@pytest.mark.parametrize("primary", ["slices", "outside"])
@pytest.mark.parametrize("direction", ["local", "global", "either"])
def test_no_swap_effect_is_never_local_or_global(primary: Any, direction: Any) -> None:
    """Null swaps and control against control: the straight line has next to no barrier, whatever the curves do."""
    generator = np.random.default_rng(0)
    for _ in range(300):
        chord = np.abs(generator.normal(0, 0.2 * MARGIN, 6))
        scale = generator.choice([0.0, 0.1, 10]) * MARGIN
        kinds = ("slices", "outside", "placebo_slices", "all")
        excess = {kind: generator.normal(generator.normal(0, scale), scale, 6) for kind in kinds}
        found = verdicts({"control": Evidence(chord, excess)}, rule(primary, direction))
        assert found["control"].answer in {"nothing to correct", "undecided"}


def test_a_null_swap_claims_nothing_even_where_its_units_are_not_alike() -> None:
    for planted in (LOCAL, EVERYWHERE):
        found = null_verdict(planted, rule())
        assert found.answer == "undecided"
        assert "not alike enough" in found.reason
        assert found.claims == {}
    assert null_verdict(evidence(chord=0.0), rule()).answer == "nothing to correct"


def test_error_rate_where_every_restriction_does_equally_well() -> None:
    """A barrier is there and any weights mend it; at three depths at most one study in twenty makes a claim."""
    generator = np.random.default_rng(1)
    kinds = ("slices", "outside", "placebo_slices", "all")
    for primary, direction in (("slices", "local"), ("outside", "local"), ("slices", "global"), ("slices", "either")):
        wrong = 0
        for _ in range(400):
            studies = {
                depth: Evidence(np.full(6, 0.1), {kind: generator.normal(0, 2 * MARGIN, 6) for kind in kinds})
                for depth in ("early", "mid", "late")
            }
            found = verdicts(studies, Rule(primary, direction, MARGIN))  # type: ignore[arg-type]
            wrong += any(each.answer.startswith(("local", "global")) for each in found.values())
        assert wrong / 400 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
