"""Local or global: what all seeds show per depth, beyond the control, and the answer that they carry."""

import json
from typing import Any

import numpy as np

from mode_connectivity import layout
from mode_connectivity.atomic import whole_folder, write_json
from mode_connectivity.geometry import displacement, is_involution
from mode_connectivity.params import Params
from mode_connectivity.stages.correction import Correction, State, correction
from mode_connectivity.stages.fitted import load_fitted
from mode_connectivity.stages.locality_figures import draw_figures
from mode_connectivity.stages.movement import Swapped
from mode_connectivity.stages.running import flat, run
from mode_connectivity.stages.study import Study
from mode_connectivity.stages.variants import symmetry_of
from mode_connectivity.stages.verdict_record import CONTROL, Summaries, verdict_record, verdict_text
from mode_connectivity.statistics.claims import Evidence, Rule
from mode_connectivity.statistics.verdict import null_verdict, verdicts
from mode_connectivity.tracking import Record

NULL = "null"


def main(params: Params) -> None:
    summaries = {(variant, seed): _summary(variant, seed) for variant, seed in _items(params)}
    corrections = _corrections(params)
    evidence = {
        variant: _evidence(params, variant, summaries)
        for variant in params.variants
        if summaries[variant, params.seeds[0]]["swapped_layer"] is not None
    }
    asked = params.locality
    rule = Rule(asked.primary, asked.direction, asked.margin)
    answers = verdicts({variant: each for variant, each in evidence.items() if variant != NULL}, rule)
    answers |= {variant: null_verdict(each, rule) for variant, each in evidence.items() if variant == NULL}
    found = verdict_record(params, summaries, corrections, evidence, answers)
    with whole_folder(layout.LOCALITY) as folder:
        write_json(folder / layout.VERDICT, found)
        (folder / layout.VERDICT_TEXT).write_text(verdict_text(found))
        draw_figures(folder, found)


def _items(params: Params) -> list[tuple[str, int]]:
    items = [(variant, seed) for variant in params.variants for seed in params.seeds]
    return items + [(end, seed) for end in layout.RESEEDS for seed in params.reseed.seeds]


def _summary(variant: str, seed: int) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((layout.analysis(variant, seed) / layout.SUMMARY).read_text())
    return summary


def _corrections(params: Params) -> dict[str, list[Correction]]:
    """variant -> one correction a seed, for the variants whose permutation undoes itself."""
    if CONTROL not in params.variants:
        return {}
    study = Study.open(params)
    symmetry = symmetry_of(study)
    found: dict[str, list[Correction]] = {}
    for seed in params.seeds:
        start = study.load(layout.endpoint(seed))
        controls = _displacements(study, start, CONTROL, seed)
        for variant in params.variants:
            metadata = json.loads(layout.metadata(layout.swapped(variant, seed)).read_text())
            swapped = Swapped.of(study, symmetry, metadata)
            if swapped.permutation is not None and is_involution(swapped.permutation):
                fields = _displacements(study, start, variant, seed)
                found.setdefault(variant, []).append(correction(swapped, fields, controls))
    return found


def _displacements(study: Study, start: State, variant: str, seed: int) -> list[State]:
    end = study.load(layout.swapped(variant, seed))
    return [
        displacement(load_fitted(study, start, layout.curve(variant, seed, replicate), end))
        for replicate in (0, *study.params.curve.replicates)
    ]


def _evidence(params: Params, variant: str, summaries: Summaries) -> Evidence:
    """The barriers of the straight lines, and the excess of the restricted curves that the params ask for.

    Others may lie in the folder, from a study with other params.
    """
    kinds: tuple[str, ...] = params.restricted.kinds if variant in params.restricted.variants else ()
    excess = {kind: np.array([_excess(variant, seed, kind) for seed in params.seeds]) for kind in kinds}
    chord = [summaries[variant, seed]["paths"]["linear"]["train"]["loss_barrier"] for seed in params.seeds]
    return Evidence(np.array(chord), excess)


def _excess(variant: str, seed: int, kind: str) -> float:
    found: float = json.loads(layout.restricted(variant, seed, kind).read_text())["excess"]["train"]
    return found


def record(params: Params) -> Record:
    found = json.loads((layout.LOCALITY / layout.VERDICT).read_text())
    numbers = {
        f"{variant}/{name}": each["mean"]
        for variant, values in found["variants"].items()
        for section in ("losses", "movement")
        for name, each in values[section].items()
        if isinstance(each, dict) and each.get("mean") is not None
    }
    answers = {f"answer.{v}": each["verdict"]["answer"] for v, each in found["variants"].items() if each["verdict"]}
    return Record(
        stage="locality",
        item={},
        params=flat({"locality": found["params"]}) | answers,
        metrics=numbers,
        files=sorted(path for path in layout.LOCALITY.iterdir() if not path.name.startswith(".")),
    )


if __name__ == "__main__":
    run(main, record)
