"""Records of both studies as their stages write them, from formulas instead of trainings: a page in no time."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.params import Params
from mode_connectivity.reports.mechanisms.signs import PROBES

LAYERS = {"features.0": "conv 1.1", "features.2": "conv 1.2", "features.5": "conv 2.1", "classifier.1": "fc 1"}
SWAPPED = {"early": "features.0", "mid": "features.2", "late": "features.5", "control": None}
READERS = dict(zip(LAYERS, [*list(LAYERS)[1:], ""], strict=True))
TS, SCORED, INTERIOR = np.linspace(0, 1, 61), np.linspace(0, 1, 11), np.linspace(0.1, 0.9, 9)
CHANGES: dict[str, object] = {
    "seeds": [0, 1],
    "variants": ["control", "early", "mid"],
    "restricted.variants": ["mid"],
    "restricted.kinds": ["slices", "placebo_slices", "outside", "all"],
    "restricted.efforts": [1, 2],
    "mechanism.patterns": ["lmc", "qmc_cue"],
    "finetune.methods": ["naive"],
}


def written_records(params: Params) -> None:
    """All that the page of these params reads, in the current folder."""
    for variant, seed in params.paths:
        _analysis(variant, seed)
        _json(layout.history(layout.curve(variant, seed)), {"epochs": _epochs(40, seed)})
    for seed in params.seeds:
        _json(layout.history(layout.endpoint(seed)), {"epochs": _epochs(20, seed)})
        for variant in params.moved_variants:
            _json(layout.baselines(variant, seed), _baselines(seed))
            swap = {"layer": SWAPPED.get(variant, "features.2"), "pairs": [{"pair": [0, 1]}]}
            _json(layout.metadata(layout.swapped(variant, seed)), swap)
        for variant in params.restricted.variants:
            for place, kind in enumerate(params.restricted.kinds):
                for effort in params.restricted.efforts:
                    record = _restricted(kind, 0.3 / (place + effort), seed, effort)
                    _json(layout.restricted(variant, seed, kind, effort), record)
    _mechanisms(params)
    for name in (layout.NEURON_SWAP / layout.RECOVERY, layout.NEURON_SWAP / layout.PATHS):
        _picture(name)


def _json(file: Path, values: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values))


def _picture(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 20), "white").save(file, format="PNG")


def _epochs(count: int, seed: int) -> list[dict[str, float]]:
    return [{"loss": 2.0 / (epoch + 1 + seed), "accuracy": 0.5} for epoch in range(count)]


def _analysis(variant: str, seed: int) -> None:
    folder, swapped = layout.analysis(variant, seed), SWAPPED.get(variant, "features.2")
    folder.mkdir(parents=True, exist_ok=True)
    bends = np.linspace(0.1, 0.4, len(LAYERS)) * (1 + 0.2 * seed) * (1.0 if swapped is None else 1.1)
    correction = np.outer(2 * TS * (1 - TS), bends)
    raw = correction.copy()
    if swapped is not None:
        raw[:, list(LAYERS).index(swapped)] += 2 * TS
    height = 0.0 if swapped is None else 0.02
    losses = {"bezier": 0.005 + 0.0 * SCORED, "linear": 0.005 + 4 * height * SCORED * (1 - SCORED)}
    arrays = {"ts": TS, "scored_ts": SCORED, "raw_l2": raw, "correction": correction}
    for kind, loss in losses.items():
        for probe in ("train", "test"):
            arrays |= {f"{kind}_{probe}_loss": loss, f"{kind}_{probe}_accuracy": 1 - loss}
    np.savez(folder / layout.DISTANCES, allow_pickle=False, **arrays)
    layers = [
        {"layer": layer, "title": title, "parameters": 100.0 * (k + 1), "norm": 2.0}
        | {"end_distance": float(raw[-1, k]), "bend_displacement": float(bends[k])}
        for k, (layer, title) in enumerate(LAYERS.items())
    ]
    readers = [] if swapped is None else [READERS[swapped]]
    paths = {kind: {probe: path_figures(loss) for probe in ("train", "test")} for kind, loss in losses.items()}
    movement = {"readers": readers, "pairs": [[0, 1]] if swapped else []}
    summary = {"fitted_path": "bezier", "swapped_layer": swapped, "layers": layers, "movement": movement}
    _json(folder / layout.SUMMARY, summary | {"paths": paths})


def path_figures(loss: NDArray[np.float64]) -> dict[str, Any]:
    """What an analysis says of the loss along a path, as far as a report reads it."""
    above = loss - (1 - SCORED) * loss[0] - SCORED * loss[-1]
    ends = [float(loss[0]), float(loss[-1])]
    return {"loss_at_ends": ends, "loss_barrier": float(above.max()), "accuracy_at_ends": [1 - end for end in ends]}


def _restricted(kind: str, height: float, seed: int, effort: int) -> dict[str, Any]:
    control = np.full(len(INTERIOR), 0.004)
    swap = control + height * INTERIOR * (1 - INTERIOR) * (1 + 0.1 * seed)
    losses = {
        role: {"train": {"loss": loss.tolist(), "accuracy": (1 - loss).tolist()}}
        for role, loss in (("swap", swap), ("control", control))
    }
    gap = float((swap - control).max())
    measures = {
        "gap": gap,
        "mean_gap": gap / 2,
        "height": gap,
        "end_loss": 0.005,
        "parameter_share": 0.01 + len(kind) / 99,
    }
    low = dict.fromkeys(("gap", "mean_gap", "height"), 1e-05 * (1 + seed % 2))
    recipe = {"restricted": {"recipe": {"epochs": 20 * effort}}}
    place = {"layer": "features.2", "pairs": [[0, 1]]}
    return {"ts": INTERIOR.tolist(), "losses": losses, "floor": low, "params": recipe, **place, **measures}


def _baselines(seed: int) -> dict[str, Any]:
    def profile(gap: float) -> dict[str, Any]:
        high = gap * (1 + 0.2 * seed)
        loss = (0.005 + 4 * gap * INTERIOR * (1 - INTERIOR)).tolist()
        return {"loss": loss, "gap": high, "mean_gap": high / 2, "height": high}

    return {
        "ts": INTERIOR.tolist(),
        "end_loss": 0.005,
        "disagreement": [0.1],
        "line": profile(0.08),
        "repair": profile(0.02),
        "layerwise": {"layers": list(LAYERS)[:2], "one": [0.05, 0.02], "cumulative": [0.05, 0.08]},
        "linearity": {
            "layers": list(LAYERS),
            "ts": [0.25, 0.5],
            "cosine": [[1.0, 0.99, 0.97, 0.9], [1.0, 0.98, 0.95, 0.88]],
        },
    }


def _mechanisms(params: Params) -> None:
    ts = np.linspace(0, 1, 11)
    scores = {probe: {"accuracy": 0.9 - 0.2 * k, "loss": 0.3 + k} for k, probe in enumerate(PROBES)}
    along = {
        probe: {"loss": (0.3 + ts * k).tolist(), "accuracy": (0.9 - 0.1 * k * ts).tolist(), "error_barrier": 0.02 * k}
        for k, probe in enumerate(PROBES)
    }
    sets = along | {"training": along["cue"]}
    for seed in params.seeds:
        for kind in ("cue", "clean"):
            record = {"epochs": _epochs(5, seed), "scores": {"test": scores}}
            _json(layout.history(layout.cue_endpoint(kind, seed)), record)
        for pattern in params.mechanism.patterns:
            folder = layout.mechanism(pattern, seed)
            _json(
                folder / layout.PROBED_SUMMARY,
                {"probe_sets": {f"{split}_{name}": each for split in ("test", "train") for name, each in sets.items()}},
            )
            arrays = {f"test_{p}_{what}": np.array(along[p][what]) for p in PROBES for what in ("loss", "accuracy")}
            np.savez(folder / layout.PROBED, allow_pickle=False, ts=ts, **arrays)
        for method in params.finetune.methods:
            record = {
                "epochs": _epochs(5, seed),
                "scores": {"tuned": scores, "pretrained": scores},
                "path": {"ts": ts.tolist(), "sets": along},
                "images": {"clean": 10},
            }
            _json(layout.history(layout.finetuned(method, seed)), record)
    checkpoints.save(layout.CUES, {"x": torch.zeros(1)}, {"draws": {"classes": [str(k) for k in range(10)]}})
    for name in (*PROBES, "training"):
        _picture(layout.CONTACT_SHEETS / f"{name}.png")
    for picture in (layout.BETWEEN_TWINS, layout.WHILE_TUNED):
        _picture(layout.MECHANISMS / picture)
