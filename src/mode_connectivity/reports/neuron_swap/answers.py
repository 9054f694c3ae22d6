"""Computes the answer of each depth from the records: baselines, recoveries, indices, convergence, and the word."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from mode_connectivity.params import Params
from mode_connectivity.params.variants import DEPTHS, NULL
from mode_connectivity.reports.neuron_swap.evidence import Depth, Floats, evidence_of, values
from mode_connectivity.statistics.between_depths import Contrast, contrasts
from mode_connectivity.statistics.estimate import Estimate
from mode_connectivity.statistics.gaps import PLACEBO
from mode_connectivity.statistics.rule import Rule
from mode_connectivity.statistics.sentences import sentence
from mode_connectivity.statistics.shares import Shares
from mode_connectivity.statistics.verdicts import PRIMARY, Evidence, Verdict, verdicts

AFFINE = "affine"


def rule_of(params: Params) -> Rule:
    """Return what the params say beforehand."""
    section = params.locality
    return Rule(section.margin, section.level, section.family, section.settled)


def answers(params: Params, records: Mapping[str, Depth]) -> dict[str, Any]:
    """Return `depths`, depth -> answer, and `contrasts` between them, ready for JSON.

    Depths with restricted paths share the level. A null swap is a check of the method, so it is judged by itself; a
    depth that has baselines alone gets no word.
    """
    rule = rule_of(params)
    evidence = {depth: evidence_of(each) for depth, each in records.items()}
    trained = {depth: each for depth, each in evidence.items() if records[depth].regions}
    words = verdicts({depth: each for depth, each in trained.items() if depth != NULL}, rule)
    words |= verdicts({depth: each for depth, each in trained.items() if depth == NULL}, rule)
    return {
        "depths": {depth: _depth(records[depth], evidence[depth], words.get(depth), rule) for depth in records},
        "contrasts": _contrasts(evidence, words, rule),
    }


def _depth(records: Depth, evidence: Evidence, verdict: Verdict | None, rule: Rule) -> dict[str, Any]:
    none, repaired = evidence[PRIMARY].none, _repaired(records)
    answer: dict[str, Any] = {
        "end_loss": values(records.lines, "end_loss").tolist(),
        "line": {measure: gaps.none.tolist() for measure, gaps in evidence.items()},
        "repaired": None if repaired is None else repaired.tolist(),
        "baselines": _baselines(records, evidence, verdict),
        "gaps": _gaps(records, evidence),
        "verdict": None,
    }
    if verdict:
        answer["verdict"] = {
            "word": verdict.word,
            "sentence": sentence(verdict, rule),
            "words": verdict.words,
            "tested": list(verdict.tested),
            "level": verdict.level,
            "seeds": len(none),
            "measures": {measure: _shares(each) for measure, each in verdict.shares.items()},
        }
    return answer


def _baselines(records: Depth, evidence: Evidence, verdict: Verdict | None) -> dict[str, Any]:
    """Return the share of the line's barrier that each baseline explains; none where there is no barrier to explain.

    repair: 1 - sum G_repair / sum G_none. affine: the same of one scale and shift a unit, trained. A walk of one
    layer ends in another function, so its barrier (`one`, `cumulative`, in nats) explains no share.
    """
    none, level = evidence[PRIMARY].none, verdict.level if verdict else None
    formed = bool(verdict.shares[PRIMARY].recovery) if verdict else bool((none > 0).all())
    layers = [each["layerwise"] for each in records.lines]
    left = _repaired(records)
    share = Estimate(none - left, none, level) if formed and left is not None else None
    baseline: dict[str, Any] = {"repair": _estimate(share) if share else None}
    affine = verdict.shares[PRIMARY].recovery.get(AFFINE) if verdict else None
    baseline[AFFINE] = _estimate(affine) if affine else None
    baseline["layers"] = layers[0]["layers"]
    for walk in ("one", "cumulative"):
        baseline[walk] = np.mean([each[walk] for each in layers], axis=0).tolist()
    baseline["disagreement"] = [max(line["disagreement"]) for line in records.lines]
    baseline["lowest_cosine"] = [float(np.min(line["linearity"]["cosine"])) for line in records.lines]
    return baseline


def _repaired(records: Depth) -> Floats | None:
    """Return the gaps that REPAIR leaves of the line, (n,); None for a network that it refuses."""
    known = [line["repair"] for line in records.lines if "repair" in line]
    return values(known, PRIMARY) if len(known) == len(records.lines) else None


def _gaps(records: Depth, evidence: Evidence) -> dict[str, Any]:
    """Return region -> the share of the weights that may move, and the gaps and epochs of each effort (nats)."""
    return {
        region: {
            "parameter_share": float(values(efforts[records.effort], "parameter_share").mean()),
            "efforts": {
                str(effort): {
                    "epochs": each[0]["params"]["restricted"]["recipe"]["epochs"],
                    "gap": values(each, "gap").tolist(),
                }
                for effort, each in sorted(efforts.items())
            },
        }
        for region, efforts in records.regions.items()
    }


def _shares(shares: Shares) -> dict[str, Any]:
    return {
        "barrier": _estimate(shares.barrier),
        "recovery": {region: _estimate(each) for region, each in shares.recovery.items()},
        "excess": {region: _estimate(each) for region, each in shares.excess.items()},
        "locality": _estimate(shares.locality) if shares.locality else None,
        "necessity": _estimate(shares.necessity) if shares.necessity else None,
        "moved": shares.moved,
    }


def _estimate(each: Estimate) -> dict[str, Any]:
    """Return an estimate with what it rests on; `seeds` holds the ratio of each seed alone."""
    with np.errstate(divide="ignore", invalid="ignore"):
        alone = each.a / each.b
    return {
        "value": each.value,
        "interval": _bounds(each.interval),
        "median": _bounds(each.median),
        "shares": list(each.shares),
        "without": each.without,
        "seeds": [float(value) if np.isfinite(value) else None for value in alone],
    }


def _bounds(interval: tuple[float, float] | None) -> list[float | None] | None:
    """Return the interval with None for an infinite end, which JSON does not have."""
    return None if interval is None else [float(end) if np.isfinite(end) else None for end in interval]


def _contrasts(evidence: Mapping[str, Evidence], words: Mapping[str, Verdict], rule: Rule) -> dict[str, Any]:
    """Return "late - early" -> ratio -> difference, of every two depths with restricted paths; the earlier is deducted.

    Every two, because a depth without a barrier has no ratio and could otherwise leave the others without a comparison.
    """
    depths = [depth for depth in DEPTHS if depth in words]
    pairs = [(later, earlier) for earlier, later in combinations(depths, 2)]

    def record(each: Contrast) -> dict[str, Any]:
        return {"value": each.value, "interval": _bounds(each.interval)}

    return {
        f"{later} - {earlier}": {name: record(each) for name, each in ratios.items()}
        for (later, earlier), ratios in contrasts(evidence, words, pairs, rule).items()
    }


def recoveries_of(depth: Mapping[str, Any]) -> dict[str, Any]:
    """Return region -> recovery of a depth's answer, without the placebo's mean where that is of one kind alone."""
    recovered: dict[str, Any] = depth["verdict"]["measures"][PRIMARY]["recovery"] if depth["verdict"] else {}
    return {region: recovered[region] for region in listed(recovered)}


def listed(regions: Iterable[str]) -> list[str]:
    """Return the regions without `PLACEBO`, the mean of its kinds, where it is that of one kind alone."""
    names = list(regions)
    kinds = [name for name in names if name.startswith(f"{PLACEBO}_")]
    return [name for name in names if name != PLACEBO or len(kinds) != 1]
