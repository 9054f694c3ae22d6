"""Runs the swap study of VGG16 at width 1 on CIFAR-10 in parts of minutes that resume, on one machine with one GPU.

It needs neither DVC nor MLflow. The recipe is that of Garipov et al. (2018) for VGG16, as their code has it.
"""

import argparse
from pathlib import Path

from mode_connectivity.executors.part_arguments import arguments_of_a_part, exit_after_part

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
    "cue_endpoint.seeds": [],
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
    arguments_of_a_part(parser)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), help="what the study starts from")


def run(given: argparse.Namespace) -> None:
    """Run one part and exit with its status: 0 all is done, 75 the same command goes on, 1 a stage failed."""
    exit_after_part(given, STUDY)
