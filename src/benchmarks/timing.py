"""Times contenders in turns, so that what slows the machine down for a while slows all of them down."""

import time
from collections.abc import Callable, Mapping
from statistics import median

import torch

Work = Callable[[], object]


def interleaved(contenders: Mapping[str, Work], rounds: int = 3, warm_up: bool = True) -> dict[str, float]:
    """Return the median seconds of each contender over `rounds`.

    Every round runs all of them, each time another one first. `warm_up` runs all of them once before, uncounted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    if warm_up:
        for name in names:
            once(contenders[name])
    for k in range(rounds):
        for name in names[k % len(names) :] + names[: k % len(names)]:
            seconds[name].append(once(contenders[name]))
    return {name: median(values) for name, values in seconds.items()}


def once(work: Work) -> float:
    """Return the seconds of one run, to the end of what it started on a GPU."""
    started = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - started
