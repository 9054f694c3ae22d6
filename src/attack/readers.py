"""Gives damaged files of every kind to what reads them, in this process: milliseconds each."""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from attack.mutations import damaged, flipped
from attack.outcome import Silent, Tally, in_time
from attack.small_study import SmallStudy
from mode_connectivity import layout
from mode_connectivity.commands.animate import read_evolution
from mode_connectivity.commands.curve import read_curve, read_point
from mode_connectivity.datasets import Dataset
from mode_connectivity.datasets.cue_data import CueData
from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.reading import read_arrays, read_json, values_of
from mode_connectivity.models import adopt
from mode_connectivity.neuron_swap.swap_metadata import read_swap
from mode_connectivity.params.changing import changed
from mode_connectivity.running.states import States
from mode_connectivity.sources.registry import source
from mode_connectivity.sources.request import Request
from mode_connectivity.study.path_files import load_path
from mode_connectivity.study.study import Study
from mode_connectivity.training import Snapshot

SECONDS = 30.0
SUFFIXES = ("png", "jpg", "gif", "tif", "bmp", "webp", "ppm", "tga", "ico", "jp2")
Reader = Callable[[], object]


def attack_readers(study: SmallStudy, folder: Path, count: int, random: Random) -> Tally:
    """Damage one file and read it, `count` times."""
    tally = Tally("readers of files")
    shutil.copytree(study.folder, folder, dirs_exist_ok=True)
    os.chdir(folder)
    readers = _own(study) | _of_others(study, folder)
    for _ in range(count):
        name = random.choice(list(readers))
        _attacked(tally, Path(name), readers[name], random)
    return tally


def attack_images(folder: Path, count: int, random: Random) -> Tally:
    """Read folders of images of which one is damaged or is something else, `count` times."""
    tally = Tally("images")
    places = [folder / split / name for split in ("train", "test") for name in ("ant", "bee")]
    wholes = _images(random)
    for place in places:
        place.mkdir(parents=True)
        Image.new("RGB", (32, 32), (9, 9, 9)).save(place / "whole.png")
    for _ in range(count):
        suffix = random.choice(list(wholes))
        file = random.choice(places) / f"a.{suffix}"
        undo = _plant(file, wholes[suffix], random)
        end, why = in_time(lambda: _read_images(folder), SECONDS)
        undo()
        tally.add(end, f"{file.name}: {why}")
    return tally


def _attacked(tally: Tally, file: Path, read: Reader, random: Random) -> None:
    whole = file.read_bytes()
    file.write_bytes(flipped(whole, random) if random.random() < 0.3 else damaged(whole, random))
    end, why = in_time(read, SECONDS)
    file.write_bytes(whole)
    tally.add(end, f"{file}: {why}")


def _own(study: SmallStudy) -> dict[str, Reader]:
    """Return how stages read what other stages write."""
    opened = Study.open(study.params)
    start, end = opened.load(layout.endpoint(0)), opened.load(layout.swapped("mid", 0))
    folder = study.folder
    json_files = [
        str(file.relative_to(folder)) for top in ("data", "models") for file in (folder / top).rglob("*.json")
    ]
    arrays = [str(file.relative_to(folder)) for file in (folder / "reports").rglob("*.npz")]
    readers: dict[str, Reader] = {name: partial(read_json, Path(name)) for name in json_files}
    readers |= {name: partial(read_arrays, Path(name)) for name in arrays}
    return readers | {
        str(layout.DATASET): _read_data,
        str(layout.CUES): _read_cues,
        str(layout.endpoint(0)): lambda: opened.load(layout.endpoint(0)),
        str(layout.metadata(layout.swapped("mid", 0))): lambda: read_swap("mid", 0),
        str(layout.curve("mid", 0)): lambda: load_path(opened, start, layout.curve("mid", 0), end),
        str(layout.PARAMS): lambda: changed(layout.PARAMS, {}, ["swap.pairs=2"]),
        _kept(): _restored,
    }


def _read_data() -> None:
    tensors, metadata = checkpoints.load(layout.DATASET)
    with values_of(layout.DATASET):
        Dataset.from_tensors(tensors, metadata)


def _read_cues() -> None:
    tensors, metadata = checkpoints.load(layout.CUES)
    with values_of(layout.CUES):
        CueData.from_tensors(tensors, metadata["draws"])


def _kept() -> str:
    """Keep a state of a training, and return the file of its newest generation."""
    keeper = States(Path("state"), "key", "training")
    position = {"epoch": 1, "step": 2, "seen": 3, "rate": 0.1, "history": [], "strides": {}}
    for step in (1, 2):
        keeper.keep(Snapshot({"leaf.0": torch.arange(3.0)}, position | {"step": step}))
    return "state/even.safetensors"


def _restored() -> None:
    snapshot = States(Path("state"), "key", "training").restore()
    if snapshot is None or snapshot.position["step"] not in (1, 2) or snapshot.tensors["leaf.0"].tolist() != [0, 1, 2]:
        raise Silent("a state is lost, or is not what was kept")


def _of_others(study: SmallStudy, folder: Path) -> dict[str, Reader]:
    """Write files as other code does, and return how they are read."""
    start, _ = checkpoints.load(study.folder / layout.endpoint(0))
    end, _ = checkpoints.load(study.folder / layout.swapped("mid", 0))
    bend, _ = checkpoints.load(study.folder / layout.curve("mid", 0))
    middle = {name: bend[f"bends.1.{name}"] for name in start}
    curve: dict[str, Any] = {f"net.{n}_{k}": s[n] for k, s in enumerate((start, middle, end)) for n in start}
    torch.save({"epoch": 3, "model_state": {**curve, "coeff_layer.binom": torch.ones(3)}}, folder / "curve.pt")
    torch.save({"state_dict": start}, folder / "original.pt")
    torch.save(end, folder / "end.pt")
    torch.save(start, folder / "old.pt", _use_new_zipfile_serialization=False)
    shutil.copy(study.folder / layout.curve("mid", 0), folder / "own.safetensors")
    shutil.copy(study.folder / layout.analysis("mid", 0) / layout.DISTANCES, folder / "a.npz")
    model = Study.open(study.params).model()
    others = [Path(name) for name in ("curve.pt", "original.pt", "end.pt", "own.safetensors")]
    return {
        "curve.pt": lambda: _finite(read_curve(others[0], others[1]).at(0.5)),
        "original.pt": lambda: _finite(read_point(others[1])),
        "end.pt": lambda: _finite(read_curve(others[3], others[1], others[2]).at(0.5)),
        "own.safetensors": lambda: _finite(read_curve(others[3], others[1], others[2]).at(0.5)),
        "old.pt": lambda: adopt(model, checkpoints.foreign(Path("old.pt"))),
        "a.npz": lambda: read_evolution(Path("a.npz"), "normalized_l2"),
    }


def _finite(state: dict[str, Tensor]) -> None:
    if not all(torch.isfinite(tensor).all() for tensor in state.values()):
        raise Silent("weights that are not finite")


def _images(random: Random) -> dict[str, bytes]:
    """Return the bytes of an image in each format."""
    pixels = np.random.default_rng(random.randrange(2**32)).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    wholes = {}
    for suffix in SUFFIXES:
        file = Path(f"image.{suffix}")
        Image.fromarray(pixels).save(file)
        wholes[suffix] = file.read_bytes()
    return wholes


def _plant(file: Path, whole: bytes, random: Random) -> Callable[[], None]:
    """Put something else in the place of an image, and return how to take it away."""
    way = random.randrange(30)
    if way == 0:
        os.mkfifo(file)
    elif way == 1:
        file.symlink_to(random.choice(["nowhere", "/dev/zero", file.name, "."]))
    elif way == 2:
        file.mkdir()
        return file.rmdir
    else:
        file.write_bytes(damaged(whole, random))
    return file.unlink


def _read_images(folder: Path) -> None:
    request = Request("image_folder", folder, 32)
    source("image_folder").contents(request)
    data = source("image_folder").read(request)
    if data.train.pixels.shape[1:] != (3, 32, 32):
        raise Silent("images of another shape")
