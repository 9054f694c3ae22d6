"""Print one table of speed and memory: `make bench`, or `make bench ONLY=curve,gif`."""

import argparse
import sys
from collections.abc import Callable

import torch

from benchmarks import geometry, permutations, processes, training
from benchmarks.setting import Setting, product_rate
from benchmarks.timing import Row

MEASURED: dict[str, Callable[[Setting], list[Row]]] = {
    "curve": training.curve_training,
    "point": training.path_point,
    "distances": geometry.distances,
    "gif": geometry.animation,
    "matching": permutations.matching,
    "deriving": permutations.deriving,
    "planted": permutations.planted,
    "start": processes.start_up,
    "memory": processes.memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of {','.join(MEASURED)}")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=["cpu", "cuda"])
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--batches", type=int, default=3, help="batches of 128 in a pass")
    parser.add_argument("--rounds", type=int, default=3, help="the median is of so many")
    parser.add_argument("--seeds", type=int, default=2, help="planted permutations per network")
    asked = parser.parse_args()
    chosen = [name for name in asked.only.split(",") if name] or list(MEASURED)
    if unknown := [name for name in chosen if name not in MEASURED]:
        parser.error(f"--only: {unknown[0]!r} is not one of {', '.join(MEASURED)}")
    setting = Setting(asked.device, asked.precision, asked.batches, asked.rounds, asked.seeds)
    print(f"{setting.machine()}: {product_rate(setting) / 1e9:.0f} GFLOP/s of matrix products")
    print(f"{'':50}{'measured':>26}  {'target':8}beside")
    for name in chosen:
        for row in MEASURED[name](setting):
            print(f"{row.work:50}{row.figure:>26}  {row.target:8}{row.beside}")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
