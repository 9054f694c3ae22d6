"""The mechanisms study side by side: who reads the cue, what joins them, and what was expected."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from mode_connectivity import layout
from mode_connectivity.atomic import whole_folder, write_json
from mode_connectivity.params import Params
from mode_connectivity.plots.finetuning import accuracy_while_tuned
from mode_connectivity.plots.probe_sets import ProbedPath, along_probe_sets
from mode_connectivity.plots.style import save_png
from mode_connectivity.stages.running import flat, run
from mode_connectivity.stages.signs import (
    PROBES,
    Sign,
    fitted_paths_have_none_on_their_data,
    no_path_is_free_on_all_sets,
    small_steps_keep_the_cue,
    straight_lines_have_barriers,
)
from mode_connectivity.stages.targets import Networks, targets_of
from mode_connectivity.statistics import sign_flip_interval
from mode_connectivity.tracking import Record

TEMPLATE = Path(__file__).with_name("mechanism_report.md.j2")
TRAINED_ON = {"cue": "cue-trained", "clean": "clean twin"}
Found = dict[str, dict[int, dict[str, Any]]]  # method or pattern -> seed -> what its stage wrote
Rows = list[tuple[str, list[str], bool]]


def main(params: Params) -> None:
    networks, tuned, paths = _networks(params), _tuned(params), _paths(params)
    signs = _signs(params, networks, tuned, paths)
    rows = _barrier_rows(params, tuned, paths)
    with whole_folder(layout.MECHANISMS) as folder:
        _draw(folder, params, tuned, paths)
        (folder / layout.REPORT).write_text(_text(params, networks, tuned, rows, signs))
        write_json(folder / layout.METRICS, _metrics(networks, tuned, paths, signs))


def _networks(params: Params) -> Networks:
    """Accuracy and loss on test images of every network of the study, by name."""
    scores: dict[str, list[dict[str, Any]]] = {}
    for kind, name in TRAINED_ON.items():
        files = [layout.history(layout.cue_endpoint(kind, seed)) for seed in params.seeds]
        scores[name] = [json.loads(file.read_text())["scores"]["test"] for file in files]
    for method, seeds in _tuned(params).items():
        if params.finetune.model is not None:
            scores["pretrained"] = [found["scores"]["pretrained"] for found in seeds.values()]
        scores[method] = [found["scores"]["tuned"] for found in seeds.values()]

    def of(quantity: str) -> dict[str, dict[str, list[float]]]:
        return {
            name: {probe: [each[probe][quantity] for each in seeds] for probe in PROBES}
            for name, seeds in scores.items()
        }

    return Networks(of("accuracy"), of("loss"))


def _tuned(params: Params) -> Found:
    return {
        method: {
            seed: json.loads(layout.history(layout.finetuned(method, seed)).read_text()) for seed in params.seeds
        }
        for method in params.finetune.methods
    }


def _paths(params: Params) -> Found:
    return {
        pattern: {
            seed: json.loads((layout.mechanism(pattern, seed) / layout.PROBED_SUMMARY).read_text())["probe_sets"]
            for seed in params.seeds
        }
        for pattern in params.mechanism.patterns
    }


def _signs(params: Params, networks: Networks, tuned: Found, paths: Found) -> list[Sign]:
    margin = params.mechanism_report.margin
    naive = tuned.get("naive", {}).values()
    barriers = [{name: sets["error_barrier"] for name, sets in found["path"]["sets"].items()} for found in naive]
    return [
        straight_lines_have_barriers(paths, margin),
        fitted_paths_have_none_on_their_data(paths, margin),
        no_path_is_free_on_all_sets(paths, margin),
        small_steps_keep_the_cue(
            barriers, networks.gaps("naive") if barriers else [], networks.gaps("clean twin"), margin
        ),
    ]


def _barrier_rows(params: Params, tuned: Found, paths: Found) -> Rows:
    """Highest error barrier over the seeds on each set, in points, and whether all lie within the margin."""
    named = {
        f"{pattern} to the clean twin": [
            {probe: sets[f"test_{probe}"]["error_barrier"] for probe in PROBES} for sets in seeds.values()
        ]
        for pattern, seeds in paths.items()
    }
    named |= {
        f"straight line to {method}": [
            {probe: found["path"]["sets"][probe]["error_barrier"] for probe in PROBES} for found in seeds.values()
        ]
        for method, seeds in tuned.items()
    }
    rows = []
    for name, seeds in named.items():
        highest = [max(barriers[probe] for barriers in seeds) for probe in PROBES]
        rows.append((name, [f"{100 * value:.1f}" for value in highest], max(highest) <= params.mechanism_report.margin))
    return rows


def _draw(folder: Path, params: Params, tuned: Found, paths: Found) -> None:
    if tuned:
        accuracy = {
            method: [{k: np.array(v) for k, v in found["accuracy"].items()} for found in seeds.values()]
            for method, seeds in tuned.items()
        }
        classes = next(iter(tuned.values()))
        figure = accuracy_while_tuned(accuracy, _chance(next(iter(classes.values()))))
        save_png(figure, folder / layout.WHILE_TUNED)
        lines = [
            ProbedPath(method, np.array(found["path"]["ts"]), _profiles(found["path"]["sets"]))
            for method, seeds in tuned.items()
            for found in seeds.values()
        ]
        title = "Straight lines from the pretrained network to the fine-tuned one; a line is a seed"
        save_png(along_probe_sets(lines, title=title, ends=("pretrained", "tuned")), folder / layout.FROM_PRETRAINED)
    if paths:
        title = "From the cue-trained network to its clean twin; a line is a seed"
        figure = along_probe_sets(_between_twins(params), title=title, ends=("cue", "clean"))
        save_png(figure, folder / layout.BETWEEN_TWINS)


def _between_twins(params: Params) -> list[ProbedPath]:
    lines = []
    for pattern in params.mechanism.patterns:
        for seed in params.seeds:
            with np.load(layout.mechanism(pattern, seed) / layout.PROBED, allow_pickle=False) as arrays:
                profiles = {p: (arrays[f"test_{p}_loss"], arrays[f"test_{p}_accuracy"]) for p in PROBES}
                lines.append(ProbedPath(pattern, arrays["ts"], profiles))
    return lines
