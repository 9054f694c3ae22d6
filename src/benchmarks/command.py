"""Measures and prints one table: `python -m benchmarks [--only curve,gif] [--json FILE]`."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch

from benchmarks import (
    animation,
    curve,
    derivation,
    distances,
    jobs,
    matching,
    memory,
    planted,
    point,
    right,
    start_up,
    step,
)
from benchmarks.busy import busy_process
from benchmarks.machine import machine
from benchmarks.setting import Setting
from benchmarks.table import Row, beside, render
from mode_connectivity.foundations.devices import pin, resolved_device
from mode_connectivity.foundations.precision import Precision

MEASUREMENTS: dict[str, Callable[[Setting], list[Row]]] = {
    "curve": curve.measure,
    "point": point.measure,
    "step": step.measure,
    "right": right.measure,
    "distances": distances.measure,
    "gif": animation.measure,
    "matching": matching.measure,
    "symmetry": derivation.measure,
    "planted": planted.measure,
    "start": start_up.measure,
    "memory": memory.measure,
    "jobs": jobs.measure,
}
# Of which time that passes is measured, so that another process may cost more than its share of the cores.
BESIDE = {"curve", "point", "distances", "gif", "matching", "symmetry", "start"}


def main(arguments: list[str] | None = None) -> None:
    """Measure what the arguments name, print the table, and write it as JSON where `--json` names a file."""
    options = _parser().parse_args(arguments)
    # What the stages pin is pinned here: on a GPU deterministic kernels, and full fp32 where nothing else is named.
    device = pin(options.device or resolved_device("auto"), options.threads or torch.get_num_threads())
    if device.type == "cuda":
        Precision(device=device.type).pin()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        setting = Setting(device, options.rounds, options.seeds, Path(scratch))
        for name in options.only:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            rows += MEASUREMENTS[name](setting)
            if name in BESIDE and not options.alone:
                with busy_process():
                    rows += [beside(row) for row in MEASUREMENTS[name](setting)]
    about = machine(device)
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print(render(rows))
    if options.json:
        options.json.write_text(json.dumps({"machine": about, "rows": [asdict(row) for row in rows]}, indent=2) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", type=_names, default=list(MEASUREMENTS), help=f"some of {', '.join(MEASUREMENTS)}")
    parser.add_argument("--rounds", type=int, default=3, help="times that each contender runs; medians are printed")
    parser.add_argument("--seeds", type=int, default=2, help="planted permutations")
    parser.add_argument("--threads", type=int, help="of torch; its own choice without")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="cuda where there is one")
    parser.add_argument("--alone", action="store_true", help="not also beside a process that is always busy")
    parser.add_argument("--json", type=Path, help="also write the table there")
    return parser


def _names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in MEASUREMENTS:
            raise argparse.ArgumentTypeError(f"{name!r} is not measured; there are {', '.join(MEASUREMENTS)}")
    return names
