"""Runs the attack and prints its counts: `python -m attack [--seed 0] [--minutes 5] [--json FILE]`."""

import argparse
import json
import os
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import torch

from attack import disks, files, kills, locks, params, readers, runs, small_study, stores
from attack.outcome import ENDS, Tally

# What one input of a kind costs in seconds on one core, and the share of the time that the kind gets.
KINDS: dict[str, tuple[float, float]] = {
    "params": (0.02, 0.15),
    "readers": (0.01, 0.05),
    "images": (0.01, 0.03),
    "own files": (0.2, 0.12),
    "commands": (0.2, 0.08),
    "stages": (0.5, 0.2),
    "disks": (0.3, 0.07),
    "locks": (0.15, 0.05),
    "kills": (0.2, 0.25),
    "groups": (3, 0.1),
    "pairs": (4, 0.03),
    "stores": (30, 0.1),
}


def main() -> int:
    """Run every attack and return 1 where something but a good end or one line was found."""
    parser = argparse.ArgumentParser(prog="attack", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="draws every input and moment")
    parser.add_argument("--minutes", type=float, default=5, help="about so long on an idle core")
    parser.add_argument("--only", help="some of: " + ", ".join(KINDS))
    parser.add_argument("--json", type=Path, help="write the counts there")
    given = parser.parse_args()
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in a shell's background it is ignored, and inherited
    began = time.monotonic()
    only = given.only.split(",") if given.only else list(KINDS)
    if unknown := set(only) - set(KINDS):
        parser.error(f"--only: no kind called {unknown.pop()!r}; there are {', '.join(KINDS)}")
    with tempfile.TemporaryDirectory() as place:
        tallies = run(Path(place).resolve(), given.seed, counts(given.minutes, only))
    print(f"\nseed {given.seed}, {time.monotonic() - began:.0f} s, {time.process_time():.0f} s in this process")
    print(f"{'':<22} {'tried':>7} " + " ".join(f"{end:>9}" for end in ENDS))
    for tally in tallies:
        print(tally.row())
    for tally in tallies:
        for end, what in tally.defects:
            print(f"\n{tally.kind}, {end}: {what}")
    if given.json:
        given.json.write_text(json.dumps({tally.kind: dict(tally.ends) for tally in tallies}, indent=2) + "\n")
    return int(any(tally.defects for tally in tallies))


def counts(minutes: float, only: Sequence[str]) -> dict[str, int]:
    """Return how many inputs of each kind take about so long in all."""
    whole = sum(KINDS[kind][1] for kind in only)
    return {kind: max(1, round(60 * minutes * KINDS[kind][1] / whole / KINDS[kind][0])) for kind in only}


def run(place: Path, seed: int, numbers: dict[str, int]) -> list[Tally]:
    """Make a small study under `place` and attack it, with so many inputs of each kind."""
    place.chmod(0o755)  # a stage that runs as another user must read what lies there
    (place / "study").mkdir()
    study = small_study.make(place / "study")
    attacks: dict[str, Callable[[int, Random], Tally]] = {
        "params": lambda count, random: params.attack_loading(place, count, random),
        "readers": lambda count, random: readers.attack_readers(study, place / "read", count, random),
        "images": lambda count, random: readers.attack_images(place / "images", count, random),
        "own files": lambda count, random: files.attack_own_files(study, place / "own", count, random),
        "commands": lambda count, random: files.attack_commands(study, place / "commands", count, random),
        "stages": lambda count, random: params.attack_stages(study, place, count, random),
        "disks": lambda count, random: disks.attack_disks(study, place / "disks", count, random),
        "locks": lambda count, random: locks.attack_locks(place / "locks", count, random),
        "kills": lambda count, random: kills.attack_by_kills(study, place / "killed", count, random),
        "groups": lambda count, random: runs.attack_groups(place / "groups", count, random),
        "pairs": lambda count, random: runs.attack_pairs(place / "pairs", count, random),
        "stores": lambda count, random: stores.attack_stores(study, place / "stores", count, random),
    }
    tallies = []
    for kind, count in numbers.items():
        os.chdir(place)
        tallies.append(attacks[kind](count, Random(f"{seed}/{kind}")))
        print(tallies[-1].row(), flush=True)
    return tallies
