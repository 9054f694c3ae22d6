"""Runs the attack and prints its counts: `python -m attack [--seed 0] [--inputs 2000] [--kills 100] [--json FILE]`."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import torch

from attack import files, kills, params, small_study
from attack.outcome import ENDS, Tally

SHARES = {"params": 0.8, "stages": 0.02, "own files": 0.04, "files of others": 0.08, "images": 0.06}


def main() -> int:
    """Run every attack and return 1 where something but a good end or one line was found."""
    parser = argparse.ArgumentParser(prog="attack", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="draws every input and moment")
    parser.add_argument("--inputs", type=int, default=2000, help="damaged inputs, in all")
    parser.add_argument("--kills", type=int, default=100, help="kills of stages")
    parser.add_argument("--only", help="some of: " + ", ".join([*SHARES, "kills"]))
    parser.add_argument("--json", type=Path, help="write the counts there")
    given = parser.parse_args()
    torch.set_num_threads(1)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        tallies = run(Path(place).resolve(), given.seed, given.inputs, given.kills, (given.only or "").split(","))
    print(f"\nseed {given.seed}, {time.monotonic() - began:.0f} s")
    print(f"{'':<22} {'tried':>7} " + " ".join(f"{end:>9}" for end in ENDS))
    for tally in tallies:
        print(tally.row())
    for tally in tallies:
        for end, example in tally.examples.items():
            print(f"\n{tally.kind}, {end}: {example}")
    if given.json:
        given.json.write_text(json.dumps({tally.kind: dict(tally.ends) for tally in tallies}, indent=2) + "\n")
    return int(any(tally.defects for tally in tallies))


def run(place: Path, seed: int, inputs: int, killed: int, only: list[str]) -> list[Tally]:
    """Make a small study under `place` and attack it; `only` names some of the attacks, or [""] all."""
    study = place / "study"
    study.mkdir()
    own = small_study.make(study)
    counts = {kind: max(1, round(inputs * share)) for kind, share in SHARES.items()} | {"kills": killed}
    attacks: dict[str, Callable[[int, Random], Tally]] = {
        "params": lambda count, random: params.attack_loading(place, count, random),
        "stages": lambda count, random: params.attack_stages(study, place, count, random),
        "own files": lambda count, random: files.attack_own_files(study, place / "own", own, count, random),
        "files of others": lambda count, random: files.attack_commands(study, place / "others", count, random),
        "images": lambda count, random: files.attack_images(place / "images", count, random),
        "kills": lambda count, random: kills.attack_by_kills(study, place / "killed", own, count, random),
    }
    tallies = []
    for kind, attack in attacks.items():
        if only in ([""], []) or kind in only:
            tallies.append(attack(counts[kind], Random(f"{seed}/{kind}")))
            print(tallies[-1].row(), flush=True)
    return tallies


if __name__ == "__main__":
    sys.exit(main())
