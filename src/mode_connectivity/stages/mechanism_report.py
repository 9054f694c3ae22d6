"""The mechanisms study side by side: who reads the cue, what joins them, and what was expected."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from mode_connectivity import checkpoints, layout
from mode_connectivity.atomic import whole_folder, write_json
from mode_connectivity.params import Params
from mode_connectivity.plots.finetuning import accuracy_while_tuned
from mode_connectivity.plots.probe_sets import ProbedPath, along_probe_sets
from mode_connectivity.plots.style import nothing_to_draw, save_png
from mode_connectivity.stages.running import flat, run
from mode_connectivity.stages.signs import (
    PROBES,
    Sign,
    fitted_paths_have_none_on_their_data,
    no_path_is_free_on_all_sets,
    small_steps_keep_the_cue,
    straight_lines_have_barriers,
)
from mode_connectivity.stages.targets import Networks, Target, targets_of
from mode_connectivity.statistics import sign_flip_interval
from mode_connectivity.statistics.claims import FEWEST
from mode_connectivity.tracking import Record

TEMPLATE = Path(__file__).with_name("mechanism_report.md.j2")
TRAINED_ON = {"cue": "cue-trained", "clean": "clean twin"}
Found = dict[str, dict[int, dict[str, Any]]]  # method or pattern -> seed -> what its stage wrote
Rows = list[tuple[str, list[str], bool]]


def main(params: Params) -> None:
    tuned, paths = _tuned(params), _paths(params)
    networks = _networks(params, tuned)
    signs = _signs(params, networks, tuned, paths)
    rows = _barrier_rows(params, tuned, paths)
    with whole_folder(layout.MECHANISMS) as folder:
        _draw(folder, params, tuned, paths)
        (folder / layout.REPORT).write_text(_text(params, networks, tuned, rows, signs))
        write_json(folder / layout.METRICS, _metrics(networks, tuned, paths, signs))


def _networks(params: Params, tuned: Found) -> Networks:
    """Accuracy and loss on test images of every network of the study, by name."""
    scores: dict[str, list[dict[str, Any]]] = {}
    for kind, name in TRAINED_ON.items():
        files = [layout.history(layout.cue_endpoint(kind, seed)) for seed in params.seeds]
        scores[name] = [json.loads(file.read_text())["scores"]["test"] for file in files]
    for method, seeds in tuned.items():
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
        method: {seed: json.loads(layout.history(layout.finetuned(method, seed)).read_text()) for seed in params.seeds}
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


def _chance() -> float:
    return 1 / len(checkpoints.metadata(layout.CUES)["draws"]["classes"])


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
    while_tuned = lines_back = between = nothing_to_draw("not among the params")
    if tuned:
        accuracy = {
            method: [{probe: np.array(found["accuracy"][probe]) for probe in PROBES} for found in seeds.values()]
            for method, seeds in tuned.items()
        }
        while_tuned = accuracy_while_tuned(accuracy, _chance())
        title = "Straight lines from the network before fine-tuning to that after it; a line is a seed"
        lines_back = along_probe_sets(_back(tuned), title=title, ends=("before", "after"))
    if paths:
        title = "From the cue-trained network to its clean twin; a line is a seed"
        between = along_probe_sets(_between(params), title=title, ends=("cue", "clean"))
    save_png(while_tuned, folder / layout.WHILE_TUNED)
    save_png(lines_back, folder / layout.FROM_PRETRAINED)
    save_png(between, folder / layout.BETWEEN_TWINS)


def _back(tuned: Found) -> list[ProbedPath]:
    lines = []
    for method, seeds in tuned.items():
        for found in seeds.values():
            sets = found["path"]["sets"]
            profiles = {probe: (np.array(sets[probe]["loss"]), np.array(sets[probe]["accuracy"])) for probe in PROBES}
            lines.append(ProbedPath(method, np.array(found["path"]["ts"]), profiles))
    return lines


def _between(params: Params) -> list[ProbedPath]:
    lines = []
    for pattern in params.mechanism.patterns:
        for seed in params.seeds:
            with np.load(layout.mechanism(pattern, seed) / layout.PROBED, allow_pickle=False) as arrays:
                profiles = {p: (arrays[f"test_{p}_loss"], arrays[f"test_{p}_accuracy"]) for p in PROBES}
                lines.append(ProbedPath(pattern, arrays["ts"], profiles))
    return lines


def _text(params: Params, networks: Networks, tuned: Found, rows: Rows, signs: Sequence[Sign]) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    images = _images(tuned)
    return environment.from_string(TEMPLATE.read_text()).render(
        kind=params.cue.kind,
        proportion=params.cue.proportion,
        model=params.cue_model.name,
        width=params.cue_model.width,
        source=params.dataset.source,
        precision=params.compute.precision,
        seeds=params.seeds,
        chance=_chance(),
        intervals=len(params.seeds) >= FEWEST,
        table={name: [_cell(sets[p]) for p in PROBES] for name, sets in networks.accuracy.items()},
        methods=params.finetune.methods,
        patterns=params.mechanism.patterns,
        clean_images=images.get("clean"),
        cue_images=images.get("cue"),
        brought=params.finetune.model is not None,
        barriers=rows,
        sentence=_sentence(rows),
        margin=params.mechanism_report.margin,
        recalibration=params.mechanism.recalibration,
        recalibrate_on=params.mechanism.recalibrate_on,
        signs=signs,
        targets=_targets(params, networks),
    )


def _images(tuned: Found) -> dict[str, int]:
    counts: dict[str, int] = {}
    for seeds in tuned.values():
        counts |= next(iter(seeds.values()))["images"]
    return counts


def _targets(params: Params, networks: Networks) -> list[Target]:
    cbft = params.finetune.cbft
    return targets_of(networks, _chance(), cbft.level if cbft.barrier else None)


def _cell(values: Sequence[float]) -> str:
    """Mean in percent, and the seeds; from six of them the 95 % interval of the sign-flip test."""
    percent = 100 * np.array(values)
    mean = f"{percent.mean():.1f}"
    if len(values) >= FEWEST and (interval := sign_flip_interval(percent)):
        return f"{mean} [{interval[0]:.1f}, {interval[1]:.1f}]"
    return mean if len(values) == 1 else f"{mean} ({', '.join(f'{value:.1f}' for value in percent)})"


def _sentence(rows: Rows) -> str:
    joined = [name for name, _, free in rows if free]
    parted = [name for name, _, free in rows if not free]
    parts = []
    if joined:
        parts.append(f"Connected on all four sets: {', '.join(joined)}.")
    if parted:
        parts.append(f"Not connected on at least one of them: {', '.join(parted)}.")
    return " ".join(parts) or "No path was among the params."


def _metrics(networks: Networks, tuned: Found, paths: Found, signs: Sequence[Sign]) -> dict[str, Any]:
    """Means over the seeds; the seeds' own values are in the report."""
    metrics: dict[str, Any] = {
        name.replace(" ", "_").replace("-", "_"): {probe: float(np.mean(values)) for probe, values in sets.items()}
        for name, sets in networks.accuracy.items()
    }
    barriers = {
        pattern: {p: float(np.mean([sets[f"test_{p}"]["error_barrier"] for sets in seeds.values()])) for p in PROBES}
        for pattern, seeds in paths.items()
    }
    barriers |= {
        method: {
            p: float(np.mean([each["path"]["sets"][p]["error_barrier"] for each in seeds.values()])) for p in PROBES
        }
        for method, seeds in tuned.items()
    }
    held = sum(sign.holds is True for sign in signs)
    return {"accuracy": metrics, "error_barrier": barriers, "signs_that_hold": held}


def record(params: Params) -> Record:
    metrics = flat(json.loads((layout.MECHANISMS / layout.METRICS).read_text()))
    return Record(
        stage="mechanism_report",
        item={},
        params=flat(params.model_dump(mode="json")),
        metrics={key.replace(".", "/"): value for key, value in metrics.items()},
        files=sorted(path for path in layout.MECHANISMS.iterdir() if not path.name.startswith(".")),
    )


if __name__ == "__main__":
    run(main, record)
