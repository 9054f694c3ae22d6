"""Contenders take turns, so that a machine that slows down slows all of them; medians decide."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the figure, its target, and what it stands beside."""

    work: str
    figure: str
    target: str = ""
    beside: str = ""


def interleaved(contenders: Mapping[str, Work], rounds: int, *, warm: bool = True) -> dict[str, float]:
    """Median seconds of each over `rounds` rounds, after one that does not count if `warm`."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    if warm:
        for work in contenders.values():
            work()
    for _ in range(rounds):
        for name, work in contenders.items():
            started = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - started)
    return {name: median(values) for name, values in seconds.items()}
