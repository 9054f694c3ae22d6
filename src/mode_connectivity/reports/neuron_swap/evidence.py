"""Picks the records on which the answer of each depth rests: restricted paths, and the straight line's baselines."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.params import Params
from mode_connectivity.reports.records import Place, Records
from mode_connectivity.statistics.gaps import ALL, Gaps
from mode_connectivity.statistics.verdicts import Evidence, Measure

Floats = NDArray[np.float64]
Record = Mapping[str, Any]
KEYS: dict[Measure, str] = {"gap": "gap", "mean": "mean_gap", "height": "height"}  # measure -> its key in a record
ROUNDING = 1e-4  # by which CPUs differ in the loss of the same network


@dataclass(frozen=True)
class Depth:
    """Holds the records of one depth, a list of one a seed each: of the baselines, and by region and effort."""

    lines: Sequence[Record]
    regions: Mapping[str, Mapping[int, Sequence[Record]]]

    @property
    def effort(self) -> int:
        """The least multiple of the epochs: that of the figures; twice as many show whether they have converged."""
        return min((effort for efforts in self.regions.values() for effort in efforts), default=1)


def finished_part(params: Params, records: Records) -> Params:
    """Return the params of the seeds that have all baselines and all paths of the first effort.

    Raises:
        ValueError: no seed is complete; the message names a record that is missing.
    """
    seeds = tuple(seed for seed in params.seeds if not _missing(params, records, seed))
    if not seeds:
        raise ValueError(f"no seed has all its records: {_missing(params, records, params.seeds[0])[0]} is missing")
    return params.model_copy(update={"seeds": seeds})


def _missing(params: Params, records: Records, seed: int) -> list[str]:
    section, missing = params.restricted, []
    for variant in params.restricted.variants:
        if not records.get("baselines", variant=variant, seed=seed):
            missing.append(f"the baselines of {variant}, seed {seed},")
        for kind in section.kinds:
            place: Place = {"variant": variant, "seed": seed, "restrict": kind, "effort": min(section.efforts)}
            if not records.get("restricted", **place):
                missing.append(f"the region {kind} of {variant}, seed {seed},")
    return missing


def depths_of(params: Params, records: Records) -> dict[str, Depth]:
    """Return the records of every depth that the params ask for, and of those whose straight lines all seeds have.

    Raises:
        FileError: a record is missing.
        ValueError: records of a seed are not of one network.
    """
    lines = {variant: records.all("baselines", variant=variant) for variant in params.moved_variants}
    known = {variant: {each["seed"] for each in each_seed} for variant, each_seed in lines.items()}
    asked = [v for v in params.moved_variants if v in params.restricted.variants or set(params.seeds) <= known[v]]
    depths = {variant: depth_of(params, records, variant) for variant in asked}
    for variant, each in depths.items():
        _check_one_network(params.seeds, variant, each)
    return depths


def depth_of(params: Params, records: Records, variant: str) -> Depth:
    """Return the records of a depth that the params ask for; a further effort counts once all seeds have it."""
    section, seeds = params.restricted, params.seeds
    regions: dict[str, dict[int, list[Record]]] = {}
    for kind in section.kinds if variant in section.variants else ():
        first, *further = sorted(section.efforts)
        place = {"variant": variant, "restrict": kind}
        regions[kind] = {first: [records.need("restricted", **place, seed=s, effort=first) for s in seeds]}
        for effort in further:
            found = [records.get("restricted", **place, seed=seed, effort=effort) for seed in seeds]
            known = [each for each in found if each is not None]
            if len(known) == len(seeds):
                regions[kind][effort] = known
    return Depth([records.need("baselines", variant=variant, seed=seed) for seed in seeds], regions)


def _check_one_network(seeds: Sequence[int], variant: str, depth: Depth) -> None:
    """Check that a seed's records have the loss of one endpoint, which a training on another type of CPU changes."""
    for region, efforts in depth.regions.items():
        for by_seed in efforts.values():
            for seed, record, line in zip(seeds, by_seed, depth.lines, strict=True):
                ends = [each["end_loss"] for each in (record, line) if "end_loss" in each]
                if len(ends) == 2 and not math.isclose(*ends, rel_tol=ROUNDING):
                    place = f"{variant}, seed {seed}: the region {region}"
                    raise ValueError(f"{place} was made from another network than the baselines: end losses differ")


def evidence_of(depth: Depth) -> Evidence:
    """Return the gaps of each measure, in nats, one value a seed."""
    return {measure: _gaps(depth, key) for measure, key in KEYS.items()}


def values(records: Sequence[Record], key: str) -> Floats:
    """Return one figure of each record, (n,)."""
    return np.array([record[key] for record in records], dtype=np.float64)


def _gaps(depth: Depth, key: str) -> Gaps:
    base = depth.effort

    def at(effort: int) -> dict[str, Floats]:
        return {region: values(efforts[effort], key) for region, efforts in depth.regions.items() if effort in efforts}

    everything = depth.regions.get(ALL)
    floor = values([record["floor"] for record in everything[base]], key) if everything else None
    return Gaps(values([line["line"] for line in depth.lines], key), at(base), at(2 * base), floor)
