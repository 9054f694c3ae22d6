"""Kills processes while they write DVC's lock file: by our writer, and by DVC's own, whose damage must be mended."""

import os
import signal
import time
from pathlib import Path
from random import Random
from typing import Any

from attack.forks import SIGNALS, forked, plainly
from attack.outcome import Tally
from attack.small_study import ROOT
from mode_connectivity.executors import whole_lock
from mode_connectivity.executors.lock_file import modified

VERSIONS, STAGES = 3, 12  # DVC's own writer needs about 40 ms for so many stages
LONGEST = 0.25  # seconds until a kill


def attack_locks(folder: Path, count: int, random: Random) -> Tally:
    """Kill a process that writes dvc.lock over and over, `count` times; no stage that it held before may be lost."""
    from dvc.utils.serialize import dump_yaml, load_yaml

    tally = Tally("kills in dvc.lock")
    (folder / ".dvc").mkdir(parents=True)
    os.chdir(folder)
    lock = folder / whole_lock.LOCK
    versions = _versions()
    dump_yaml(str(lock), versions[0])
    first, finished = lock.read_bytes(), load_yaml(str(lock))["stages"]
    for _ in range(count):
        ours, number, after = random.random() < 0.5, random.choice(SIGNALS), random.random() * LONGEST
        lock.write_bytes(first)
        whole_lock.keep(folder)
        _killed(lock, versions, ours, after, number)
        line = whole_lock.mend(folder)
        try:
            found = load_yaml(str(lock))["stages"]
            lost = [name for name in finished if found.get(name) != finished[name]]
        except Exception as error:  # whatever a cut file makes of it
            lost = [type(error).__name__]
        tally.add("lost" if lost else "well", f"ours: {ours}, {number.name} after {after:.3f} s: {line}, {lost[:3]}")
    return tally


def _versions() -> list[dict[str, Any]]:
    """Return the lock file as it is while a study goes on: with more and more stages."""
    from dvc.utils.serialize import load_yaml

    whole = load_yaml(str(ROOT / whole_lock.LOCK))
    names = list(whole["stages"])[:STAGES]
    longer = [names[: STAGES - VERSIONS + 1 + k] for k in range(VERSIONS)]
    return [{**whole, "stages": {name: whole["stages"][name] for name in each}} for each in longer]


def _killed(lock: Path, versions: list[dict[str, Any]], ours: bool, after: float, number: signal.Signals) -> None:
    def write() -> None:
        from dvc.utils.serialize import dump_yaml

        if ours:
            whole_lock.write_whole()
        while True:
            for version in versions:
                if ours:
                    with modified(str(lock)) as values:
                        values.update(version)
                else:
                    dump_yaml(str(lock), version)

    child = forked(plainly, write)
    time.sleep(after)
    os.kill(child, number)
    os.waitpid(child, 0)
