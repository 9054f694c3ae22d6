"""Collects what the figures of the page draw, shortened: four digits are more than a figure shows."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from mode_connectivity.params import Params
from mode_connectivity.plots.along_path import TITLES
from mode_connectivity.plots.style import colour_of
from mode_connectivity.reports.mechanisms.findings import Findings, Line
from mode_connectivity.reports.mechanisms.signs import PROBES
from mode_connectivity.reports.neuron_swap.rows import analyses
from mode_connectivity.reports.records import Records
from mode_connectivity.reports.trainings import trainings_of
from mode_connectivity.studies.analysis.summary import FITTED

Data = dict[str, Any]
DIGITS = 4
OF_LOSSES = 7  # a barrier is a small difference of two
STEPS = 31  # at most so many positions of the slider
QUANTITIES = {"distance": "raw_l2", "correction": "correction"}


def page_data(params: Params, records: Records, verdict: Mapping[str, Any] | None, *, mechanisms: bool) -> Data:
    """Return what the figures draw; `verdict` is None where there is no study of swaps."""
    paths = [_path(variant, seed, each) for variant, seed, each in analyses(records)] if verdict else []
    restricted = [_restricted(each) for each in records.all("restricted")]
    known = dict.fromkeys(each["variant"] for each in (*paths, *restricted))
    variants = tuple(dict.fromkeys([*(variant for variant in params.variants if variant in known), *known]))
    return {
        "variants": [{"name": name, "colour": colour_of(name, variants)} for name in variants],
        "seeds": verdict["seeds"] if verdict else [],
        "paths": paths,
        "restricted": restricted,
        "trainings": [each | {"loss": _short(each["loss"])} for each in trainings_of(records)],
        "mechanisms": _mechanisms(Findings.of(params, records)) if mechanisms else None,
    }


def _short(values: Any, digits: int = DIGITS) -> Any:
    """Return numbers, or lists of them, to so many significant digits; None where one is not finite or not known."""
    if isinstance(values, list | tuple | np.ndarray):
        return [_short(value, digits) for value in values]
    return float(f"{values:.{digits}g}") if values is not None and np.isfinite(values) else None


def _path(variant: str, seed: int, record: Mapping[str, Any]) -> Data:
    """Return the place of a path, its layers, distances at `ts` (T, L), and losses."""
    layers, arrays = record["layers"], record["arrays"]
    titles = {each["layer"]: each["title"] for each in layers}
    every = max(1, round((len(arrays["ts"]) - 1) / (STEPS - 1)))
    moved = {name: _short(arrays[key][::every]) for name, key in QUANTITIES.items() if key in arrays}
    losses = {
        path: {
            probe: {what: _short(arrays[f"{kind}_{probe}_{what}"], OF_LOSSES) for what in ("loss", "accuracy")}
            for probe in ("train", "test")
        }
        for path, kind in {"curve": record[FITTED], "line": "linear"}.items()
    }
    return {
        "variant": variant,
        "seed": seed,
        "swapped": titles.get(record["swapped_layer"]),
        "readers": [titles[layer] for layer in record["movement"].get("readers", [])],
        "layers": list(titles.values()),
        "parameters": [int(each["parameters"]) for each in layers],
        "norms": _short([each["norm"] for each in layers]),
        "ts": _short(arrays["ts"][::every]),
        **moved,
        "scored_ts": _short(arrays["scored_ts"]),
        "losses": losses,
    }


def _restricted(record: Mapping[str, Any]) -> Data:
    """Return losses of swap and control at interior t (nats) on the paths of which a region was trained."""
    losses = {role: _short(each["train"]["loss"]) for role, each in record["losses"].items()}
    place = {key: record[key] for key in ("variant", "seed", "effort")}
    return {**place, "region": record["restrict"], "ts": _short(record["ts"]), "losses": losses}


def _mechanisms(findings: Findings) -> Data:
    """Return loss and accuracy on the four probe sets along every path."""
    return {
        "probes": [TITLES[probe] for probe in PROBES],
        "seeds": list(findings.seeds),
        "paths": [*_profiles(findings, findings.between()), *_profiles(findings, findings.lines_back())],
    }


def _profiles(findings: Findings, lines: Iterable[Line]) -> list[Data]:
    return [
        {
            "name": findings.title(name),
            "ts": _short(ts),
            "sets": [dict(zip(("loss", "accuracy"), map(_short, profiles[probe]), strict=True)) for probe in PROBES],
        }
        for name, ts, profiles in lines
    ]
