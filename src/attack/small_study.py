"""Makes a small finished study of both kinds in a folder, without DVC and tracking."""

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from attack.mutations import put
from mode_connectivity import layout
from mode_connectivity.params import Params

ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {
    "seeds": [0],
    "variants": ["control", "mid"],
    "compute.threads": 1,
    "dataset.train_size": 120,
    "dataset.test_size": 40,
    "model.width": 0.0625,
    "endpoint.epochs": 2,
    "curve.epochs": 1,
    "swap.pairs": 1,
    "analysis.points": 5,
    "analysis.scored_points": 3,
    "cue_model.width": 0.0625,
    "cue_endpoint.epochs": 1,
    "cue_endpoint.seeds": [0],
    "mechanism.patterns": ["lmc"],
    "mechanism.n_interpolations": 2,
    "finetune.methods": ["naive"],
    "finetune.naive.epochs": 1,
    "swap.verify": "quick",
    "mechanism.recalibration": 64,
    "evaluation.recalibration": 64,
    "restricted.variants": ["mid"],
    "restricted.kinds": [],
    "reseed.seeds": [],
}
Call = tuple[str, tuple[str | int, ...]]
STAGES: tuple[Call, ...] = (
    *(("source", ()), ("dataset", ()), ("endpoint", (0,)), ("swap", ("control", 0)), ("swap", ("mid", 0))),
    *(("curve", ("control", 0)), ("curve", ("mid", 0)), ("analysis", ("control", 0)), ("analysis", ("mid", 0))),
    *(("cue_dataset", ()), ("cue_endpoint", (0,)), ("mechanism", ("lmc", 0)), ("mechanism_scores", ("lmc", 0))),
    *(("finetune", ("naive", 0)), ("report", ()), ("mechanism_report", ())),
)


def small_values() -> dict[str, Any]:
    """Return the params of the project, made small."""
    values: dict[str, Any] = YAML(typ="safe").load((ROOT / "params.yaml").read_text())
    for name, value in SMALL.items():
        put(values, tuple(name.split(".")), value)
    return values


def write_params(values: dict[str, Any], path: Path = layout.PARAMS) -> None:
    """Write params as YAML."""
    with path.open("w") as file:
        YAML(typ="safe", pure=True).dump(values, file)


def run_stage(params: Params, call: Call) -> None:
    """Run one stage in this process and the current folder."""
    name, items = call
    import_module(f"mode_connectivity.stages.{name}").main(params, *items)


@dataclass(frozen=True)
class SmallStudy:
    """Holds the folder of a finished study, its params, and the files that each stage made, with their bytes."""

    folder: Path
    params: Params
    made: dict[Call, dict[str, bytes]]


def make(folder: Path) -> SmallStudy:
    """Enter `folder` and make the study there."""
    os.chdir(folder)
    write_params(small_values())
    params = Params.load(layout.PARAMS)
    made: dict[Call, dict[str, bytes]] = {}
    for call in STAGES:
        before = outputs(folder)
        run_stage(params, call)
        made[call] = {name: content for name, content in outputs(folder).items() if name not in before}
    return SmallStudy(folder, params, made)


def outputs(folder: Path) -> dict[str, bytes]:
    """Return what stages wrote."""
    tops = [folder / top for top in ("data", "models", "reports")]
    files = {str(path.relative_to(folder)): path for top in tops for path in top.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if "/." not in name}  # not what is half written
