"""Attacks every reader of files: checkpoints, metadata, arrays, curves of others, images and folders."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import torch
from PIL import Image

from attack.mutations import damaged
from attack.outcome import Silent, Tally, in_child
from attack.small_study import Call, run_stage
from mode_connectivity import layout
from mode_connectivity.commands.analyse import analyse
from mode_connectivity.commands.animate import animate
from mode_connectivity.foundations import checkpoints
from mode_connectivity.params import Params
from mode_connectivity.sources.registry import source
from mode_connectivity.sources.request import Request

SECONDS = 60.0
READS: dict[str, Call] = {
    "data/base.safetensors": ("endpoint", (0,)),
    "data/imports.json": ("swap", ("mid", 0)),
    "data/cues.safetensors": ("mechanism_scores", ("lmc", 0)),
    "data/cue_source.json": ("mechanism", ("lmc", 0)),
    "models/endpoints/seed0.safetensors": ("swap", ("mid", 0)),
    "models/swaps/mid-seed0.safetensors": ("analysis", ("mid", 0)),
    "models/swaps/mid-seed0_metadata.json": ("analysis", ("mid", 0)),
    "models/curves/mid-seed0.safetensors": ("analysis", ("mid", 0)),
    "models/cue_endpoints/cue-seed0.safetensors": ("mechanism", ("lmc", 0)),
    "models/cue_endpoints/cue-seed0_history.json": ("mechanism_report", ()),
    "models/mechanisms/lmc-seed0_history.json": ("mechanism_scores", ("lmc", 0)),
    "models/finetuned/naive-seed0_history.json": ("mechanism_report", ()),
    "reports/analysis/mid-seed0/analysis_summary.json": ("report", ()),
    "reports/analysis/mid-seed0/layer_distances_along_curve.npz": ("report", ()),
    "reports/mechanism/lmc-seed0/mechanism_summary.json": ("mechanism_report", ()),
}


def attack_own_files(study: Path, folder: Path, params: Params, count: int, random: Random) -> Tally:
    """Damage one file of the finished study and run a stage that reads it, `count` times."""
    tally = Tally("own files")
    shutil.copytree(study, folder, dirs_exist_ok=True)
    os.chdir(folder)
    names = [name for name in READS if Path(name).is_file()]
    for _ in range(count):
        name = random.choice(names)
        whole = Path(name).read_bytes()
        Path(name).write_bytes(damaged(whole, random))
        end, why = in_child(lambda name=name: run_stage(params, READS[name]), SECONDS)  # type: ignore[misc]
        Path(name).write_bytes(whole)
        tally.add(end, f"{name} read by {READS[name]}: {why}")
    return tally


def attack_commands(study: Path, folder: Path, count: int, random: Random) -> Tally:
    """Give `analyse` and `animate` damaged files, `count` times."""
    tally = Tally("files of others")
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    _curve_of_others(study, folder)
    names = ["curve.pt", "own.safetensors", "original.pt", "swap_metadata.json", "a.npz"]
    wholes = {name: (folder / name).read_bytes() for name in names}
    for _ in range(count):
        name = random.choice(names)
        (folder / name).write_bytes(damaged(wholes[name], random))
        end, why = in_child(lambda name=name: _use(folder, name), SECONDS)  # type: ignore[misc]
        (folder / name).write_bytes(wholes[name])
        tally.add(end, f"{name}: {why}")
    return tally


def _use(folder: Path, name: str) -> None:
    if name == "a.npz":
        animate(folder / name, folder / "out.gif", 10, "normalized_l2", False)
        return
    curve = folder / ("curve.pt" if name == "curve.pt" else "own.safetensors")
    analyse(curve, folder / "original.pt", folder / "swap_metadata.json", folder / "end.pt", folder / "out", 5)
    with np.load(folder / "out" / layout.DISTANCES, allow_pickle=False) as arrays:
        if not np.isfinite(arrays["raw_l2"]).all():
            raise Silent(f"{name}: distances that are not finite")


def _curve_of_others(study: Path, folder: Path) -> None:
    start, _ = checkpoints.load(study / layout.endpoint(0))
    end, _ = checkpoints.load(study / layout.swapped("mid", 0))
    bend, _ = checkpoints.load(study / layout.curve("mid", 0))
    middle = {name: bend[f"bends.1.{name}"] for name in start}
    curve = {f"net.{n}_{k}": s[n] for k, s in enumerate((start, middle, end)) for n in start}
    torch.save({"epoch": 3, "model_state": {**curve, "coeff_layer.binom": torch.ones(3)}}, folder / "curve.pt")
    torch.save({"state_dict": start}, folder / "original.pt")
    torch.save(end, folder / "end.pt")
    shutil.copy(study / layout.curve("mid", 0), folder / "own.safetensors")
    shutil.copy(study / layout.metadata(layout.swapped("mid", 0)), folder / "swap_metadata.json")
    shutil.copy(study / layout.analysis("mid", 0) / layout.DISTANCES, folder / "a.npz")


def attack_images(folder: Path, count: int, random: Random) -> Tally:
    """Read folders of images of which one is damaged or is something else, `count` times."""
    tally = Tally("images")
    pixels = np.random.default_rng(random.randrange(2**32)).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    for split in ("train", "test"):
        for name in ("ant", "bee"):
            (folder / split / name).mkdir(parents=True, exist_ok=True)
            for suffix in ("png", "jpg", "gif", "tif", "bmp", "webp"):
                Image.fromarray(pixels).save(folder / split / name / f"a.{suffix}")
    files = sorted(folder.rglob("a.*"))
    for _ in range(count):
        file = random.choice(files)
        whole = file.read_bytes()
        undo = _plant(file, whole, random)
        end, why = in_child(lambda: _read_images(folder), SECONDS)
        undo()
        file.write_bytes(whole)
        tally.add(end, f"{file.name}: {why}")
    return tally


def _plant(file: Path, whole: bytes, random: Random) -> Callable[[], None]:
    way = random.randrange(20)
    if way == 0:
        file.unlink()
        os.mkfifo(file)
    elif way == 1:
        file.unlink()
        file.symlink_to(random.choice(["nowhere", "/dev/zero", file.name, "."]))
    elif way == 2:
        file.unlink()
        file.mkdir()
        return file.rmdir
    else:
        file.write_bytes(damaged(whole, random))
        return lambda: None
    return file.unlink


def _read_images(folder: Path) -> None:
    request = Request("image_folder", folder, 32)
    source("image_folder").contents(request)
    data = source("image_folder").read(request)
    if data.train.pixels.shape[1:] != (3, 32, 32):
        raise Silent("images of another shape")
