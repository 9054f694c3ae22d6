"""Reads the mechanisms study for the page: who reads the cue, and loss and accuracy along every path."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.params import Params
from mode_connectivity.plots.probe_sets import TITLES
from mode_connectivity.reports.mechanisms.estimate import Estimate, word
from mode_connectivity.reports.mechanisms.findings import Findings, Profiles
from mode_connectivity.reports.mechanisms.signs import PROBES
from mode_connectivity.reports.page.rounding import shortened

KINDS = {"to the clean twin": "{} to the clean twin", "back": "straight line to {}"}


def mechanisms_of(params: Params) -> dict[str, Any] | None:
    """Return networks, barriers and paths on the four probe sets; None where the study makes no path."""
    if not params.cue_endpoint.seeds or not (params.mechanism.patterns or params.finetune.methods):
        return None
    findings = Findings.of(params)
    margin = params.mechanism_report.margin
    return {
        "probes": [TITLES[probe] for probe in PROBES],
        "seeds": list(params.cue_endpoint.seeds),
        "chance": findings.chance,
        "margin": margin,
        "networks": {name: _percent(sets) for name, sets in findings.networks.accuracy.items()},
        "barriers": [
            _barriers(findings.title(name), seeds, margin) for name, seeds in findings.error_barriers().items()
        ],
        "paths": [
            *_profiles("to the clean twin", findings.between()),
            *_profiles("back", findings.lines_back()),
        ],
    }


def _percent(sets: Any) -> list[dict[str, Any]]:
    """Return for each probe set the mean accuracy in percent, and that of every seed."""
    values = [100 * np.array(sets[probe]) for probe in PROBES]
    return [{"mean": float(each.mean()), "seeds": each.tolist()} for each in values]


def _barriers(name: str, seeds: list[dict[str, float]], margin: float) -> dict[str, Any]:
    highest = [max(barriers.values()) for barriers in seeds]
    return {
        "name": name,
        "points": [100 * float(np.mean([barriers[probe] for barriers in seeds])) for probe in PROBES],
        "highest": 100 * float(np.mean(highest)),
        "free": f"{sum(value <= margin for value in highest)} of {len(highest)}",
        "connected": word([(Estimate.of(highest).side(margin), "below")], ("yes", "no")),
    }


def _profiles(kind: str, lines: Iterable[tuple[str, NDArray[np.float64], Profiles]]) -> list[dict[str, Any]]:
    return [
        {
            "name": KINDS[kind].format(name),
            "ts": shortened(ts),
            "sets": [
                {what: shortened(values) for what, values in zip(("loss", "accuracy"), profiles[probe], strict=True)}
                for probe in PROBES
            ],
        }
        for name, ts, profiles in lines
    ]
