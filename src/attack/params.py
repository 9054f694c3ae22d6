"""Attacks the reading of params, and every stage with params that are read."""

import copy
import io
import os
import shutil
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML

from attack.mutations import VALUES, damaged, leaves, put
from attack.outcome import Silent, Tally, end_of, in_child
from attack.small_study import STAGES, Call, SmallStudy, run_stage, small_values
from mode_connectivity import layout
from mode_connectivity.params import Params

FREE = {("analysis", "metric")}  # one value or a list of them
DEAR = ("epochs", "points", "scored_points", "image_size", "width", "n_interpolations", "bends", "threads")
OF_SECTION: dict[str, tuple[str, ...]] = {
    "dataset": ("source", "dataset"),
    "model": ("source", "endpoint"),
    "augmentation": ("endpoint",),
    "endpoint": ("source", "endpoint"),
    "curve": ("curve",),
    "analysis": ("analysis",),
    "evaluation": ("analysis",),
    "swap": ("swap",),
    "cue": ("source", "cue_dataset"),
    "cue_model": ("source", "cue_endpoint"),
    "cue_endpoint": ("cue_endpoint",),
    "mechanism": ("mechanism", "mechanism_scores"),
    "finetune": ("source", "finetune"),
    "mechanism_report": ("mechanism_report",),
}
SECONDS = 120.0


def mutated(random: Random, tame: bool = False) -> tuple[bytes, str, str]:
    """Return the text of damaged params, the section that was hit, and what was done."""
    values = copy.deepcopy(small_values())
    place = random.choice([each for each in leaves(values) if not (tame and each[-1] in DEAR)])
    value = random.choice(VALUES)
    what = f"{'.'.join(place)}: {value!r:.60}"
    if not tame and random.random() < 0.1:
        place, what = (*place[:-1], place[-1] + random.choice(["x", " ", "é", ""])), f"{what} under another key"
    put(values, place, value)
    stream = io.BytesIO()
    YAML(typ="safe", pure=True).dump(values, stream)
    text = stream.getvalue()
    if not tame and random.random() < 0.3:
        text, what = damaged(text, random), f"{what}, bytes damaged"
    return text, place[0], what


def read(path: Path) -> None:
    """Read params, and compare them with what DVC reads."""
    params = Params.load(path)
    from dvc.utils.serialize import load_yaml

    theirs, ours = load_yaml(str(path)), params.model_dump(mode="json")
    for place in leaves(theirs):
        if place in FREE:
            continue
        value: Any = ours
        for key in place:
            value = value[key] if isinstance(value, dict) and key in value else None
        other: Any = theirs
        for key in place:
            other = other[key]
        if value != (float(other) if isinstance(value, float) else other):
            raise Silent(f"{'.'.join(place)} is {value!r} here and {other!r} for DVC")


def attack_loading(folder: Path, count: int, random: Random) -> Tally:
    """Read damaged params `count` times."""
    tally, path = Tally("params"), folder / "attacked.yaml"
    for _ in range(count):
        text, _, what = mutated(random)
        path.write_bytes(text)
        end, why = end_of(lambda: read(path))
        tally.add(end, f"{what}: {why}")
    return tally


def attack_stages(study: SmallStudy, folder: Path, count: int, random: Random) -> Tally:
    """Run stages of the finished study in `study` with damaged params that can be read, `count` times."""
    tally = Tally("stages")
    path = folder / "attacked.yaml"
    while tally.ends.total() < count:
        text, section, what = mutated(random, tame=True)
        path.write_bytes(text)
        if section not in OF_SECTION or end_of(lambda: Params.load(path))[0] != "well":
            continue
        params = Params.load(path)
        for call in [each for each in STAGES if each[0] in OF_SECTION[section]]:
            copy_ = _copy(study.folder, folder / "copy")
            os.chdir(copy_)
            end, why = in_child(partial(_whole, params, call), SECONDS)
            tally.add(end, f"{what} in {call}: {why}")
            if end != "well":
                break
    return tally


def _whole(params: Params, call: Call) -> None:
    run_stage(params, call)
    left = list(Path.cwd().rglob(".*.partial"))
    if left:
        raise Silent(f"{call} left {left[0]}")


def _copy(study: Path, folder: Path) -> Path:
    os.chdir(study)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(study, folder)
    shutil.rmtree(folder / layout.STATE, ignore_errors=True)
    return folder
