"""Runs the swap study of VGG16 at width 1 on CIFAR-10 in parts of minutes that resume, on one machine with one GPU.

It needs neither DVC nor MLflow. The recipe is that of Garipov et al. (2018) for VGG16, as their code has it.
"""

import argparse
import sys
from pathlib import Path

EXAMPLE = "  until mode-connectivity study-gpu /scratch/study --seconds 540; do [ $? = 75 ] || break; done"
# Of endpoints; the curves' own epochs and rate beside them.
GARIPOV: dict[str, object] = {
    "batch_size": 128,
    "momentum": 0.9,
    "weight_decay": 0.0005,
    "schedule": "garipov",
    "clip_norm": None,
}
STUDY: dict[str, object] = {
    "seeds": [0, 1, 2],
    "compute.device": "cuda",
    "compute.precision": "tf32",
    "dataset.source": "cifar10",
    "dataset.noise": 0.0,
    "model.name": "vgg16",
    "model.width": 1.0,
    "model.batch_norm": False,
    "model.dropout": 0.5,
    "augmentation.crop_padding": 4,
    "augmentation.flip": True,
    "endpoint.epochs": 200,
    "endpoint.learning_rate": 0.05,
    "curve.epochs": 600,
    "curve.learning_rate": 0.015,
    "restricted.epochs": 100,
    "restricted.learning_rate": 0.015,
    "restricted.images": 10_000,
    "reseed.seeds": [0],  # the curve between two seeds, whose errors are published
    **{f"{section}.{key}": value for section in ("endpoint", "curve") for key, value in GARIPOV.items()},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.add_argument("folder", type=Path, help="where the study lies, made by the first part")
    parser.add_argument("--seconds", type=float, default=540.0, help="a part ends after so many, or soon after (540)")
    parser.add_argument("--jobs", type=int, default=1, help="stages side by side on the card (1)")
    parser.add_argument("--results", type=Path, help="where small results are copied (FOLDER/results)")
    text = "another value of params.yaml, such as dataset.root=/data or seeds=[0,1]; several are allowed"
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="changes", help=text)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), help="what the study starts from")


def run(given: argparse.Namespace) -> None:
    """Run one part and exit with its status: 0 all is done, 75 the same command goes on, 1 a stage failed."""
    from mode_connectivity import layout
    from mode_connectivity.executors.in_parts import Part, keep_small
    from mode_connectivity.executors.tasks import tasks_of
    from mode_connectivity.params import Params
    from mode_connectivity.params.changing import changed

    if given.jobs < 1:
        raise ValueError(f"--jobs: at least one stage at a time, got {given.jobs}")
    file = given.folder / layout.PARAMS
    text = changed(given.params, STUDY, given.changes)
    if file.exists() and file.read_text() != text:
        raise ValueError(f"{file}: the folder holds a study of other params; take another folder, or the same params")
    given.folder.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    status = Part(given.folder, tasks_of(Params.load(file)), given.jobs, given.seconds).run()
    keep_small(given.folder, given.results or given.folder / "results")
    sys.exit(status)
