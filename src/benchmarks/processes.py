"""What only a process of its own shows: start-up and peak memory."""

import resource
import subprocess
import sys
import time
from statistics import median

import torch

from benchmarks.setting import BATCH, Setting
from benchmarks.timing import Row
from mode_connectivity.paths import Bezier, linear_bends
from mode_connectivity.paths.fitting import fit
from mode_connectivity.training import Recipe, train_endpoint

STARTS = {
    "a training stage imports its code": "import mode_connectivity.stages.curve",
    "  and MLflow, as at its end": "import mode_connectivity.stages.curve, mlflow",
}


def start_up(setting: Setting) -> list[Row]:
    return [Row(work, f"{_median_seconds(code, setting.rounds):.1f} s") for work, code in STARTS.items()]


def _median_seconds(code: str, rounds: int) -> float:
    seconds = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        seconds.append(time.perf_counter() - started)
    return median(seconds[1:])


def memory(setting: Setting) -> list[Row]:
    plain, curve = (_peak_of(work) for work in ("endpoint", "curve"))
    weights = sum(p.numel() * p.element_size() for p in setting.network().parameters())
    extra = (curve - plain) / weights
    beside = f"peak {curve / 2**20:.0f} MiB, plain network {plain / 2**20:.0f} MiB, weights {weights / 2**20:.0f} MiB"
    return [Row("memory of curve training over the plain one's", f"{extra:.1f} copies of the weights", "3", beside)]


def _peak_of(work: str) -> int:
    answers = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.processes", work], check=True, capture_output=True, text=True
        )
        answers.append(int(done.stdout))
    return int(median(answers))


def _train(work: str) -> None:
    setting = Setting("cpu", "fp32", batches=3, rounds=1, seeds=0)
    model = setting.network()
    state = model.state_dict()
    batches = setting.training(setting.images())
    recipe = Recipe(1, BATCH, 1e-4, weight_decay=5e-4)
    if work == "endpoint":
        train_endpoint(model, state, batches, recipe, setting.arithmetic())
    else:
        path = Bezier([state, *linear_bends(state, state), state])
        fit(model, path, batches, recipe, setting.arithmetic(), torch.Generator().manual_seed(0))
    unit = 1 if sys.platform == "darwin" else 2**10
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


if __name__ == "__main__":
    _train(sys.argv[1])
