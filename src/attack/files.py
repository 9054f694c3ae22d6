"""Runs stages on damaged files of their own study, and commands with damaged files and arguments."""

import os
import shutil
from functools import partial
from pathlib import Path
from random import Random

from attack.mutations import VALUES, damaged, flipped
from attack.outcome import Tally, in_child
from attack.small_study import Call, SmallStudy, run_stage
from mode_connectivity import layout
from mode_connectivity.commands.main import main

SECONDS = 120.0
CURVE = "--curve-checkpoint curves.safetensors --original-checkpoint endpoints.safetensors"
COMMANDS = (
    f"analyse {CURVE} --swap-metadata swaps_metadata.json --output-dir out --num-points 5",
    f"analyse {CURVE} --swap-metadata swaps_metadata.json --swapped-checkpoint swaps.safetensors --output-dir out",
    "animate --data a.npz --output out.gif --fps 10 --metric raw_l2",
    "animate --data a.npz --output out.gif --heatmap",
    "swap --checkpoint endpoints.safetensors --output out.pt --layer-depth mid --num-swaps 1 --seed 0",
    "swap --checkpoint endpoints.safetensors --output out.safetensors --layer features.12 --image-size 32",
    "verdict .",
    "graph",
)
# No absolute paths, as these words name outputs too.
WORDS = (
    *(str(each) for each in VALUES if not isinstance(each, str) or not each.startswith("/")),
    *("pipe", ".", "..", "nowhere", "a.npz", "curves.safetensors", "swaps_metadata.json", "--help", "--", "-1", "late"),
)
READS: dict[str, Call] = {
    "data/base.safetensors": ("endpoint", (0,)),
    "data/imports.json": ("swap", ("mid", 0)),
    "data/cues.safetensors": ("mechanism_scores", ("lmc", 0)),
    "data/cue_source.json": ("mechanism", ("lmc", 0)),
    "models/endpoints/seed0.safetensors": ("swap", ("mid", 0)),
    "models/swaps/mid-seed0.safetensors": ("analysis", ("mid", 0)),
    "models/swaps/mid-seed0_metadata.json": ("analysis", ("mid", 0)),
    "models/curves/mid-seed0.safetensors": ("analysis", ("mid", 0)),
    "models/cue_endpoints/cue-seed0.safetensors": ("mechanism", ("lmc", 0)),
    "models/cue_endpoints/cue-seed0_history.json": ("mechanism_report", ()),
    "models/mechanisms/lmc-seed0_history.json": ("mechanism_scores", ("lmc", 0)),
    "models/finetuned/naive-seed0_history.json": ("mechanism_report", ()),
    "reports/analysis/mid-seed0/analysis_summary.json": ("report", ()),
    "reports/analysis/mid-seed0/layer_distances_along_curve.npz": ("report", ()),
    "reports/mechanism/lmc-seed0/mechanism_summary.json": ("mechanism_report", ()),
}


def attack_own_files(study: SmallStudy, folder: Path, count: int, random: Random) -> Tally:
    """Damage one file of the finished study and run a stage that reads it, `count` times."""
    tally = Tally("own files")
    shutil.copytree(study.folder, folder, dirs_exist_ok=True)
    os.chdir(folder)
    names = [name for name in READS if Path(name).is_file()]
    for _ in range(count):
        name = random.choice(names)
        whole = Path(name).read_bytes()
        Path(name).write_bytes(flipped(whole, random) if random.random() < 0.5 else damaged(whole, random))
        end, why = in_child(partial(run_stage, study.params, READS[name]), SECONDS)
        Path(name).write_bytes(whole)
        tally.add(end, f"{name} read by {READS[name]}: {why}")
    return tally


def attack_commands(study: SmallStudy, folder: Path, count: int, random: Random) -> Tally:
    """Run commands with one or two of their words changed, `count` times."""
    tally = Tally("commands")
    folder.mkdir()
    os.chdir(folder)
    for file in (layout.endpoint(0), layout.swapped("mid", 0), layout.curve("mid", 0)):
        shutil.copy(study.folder / file, folder / f"{file.parent.name}.safetensors")
    shutil.copy(study.folder / layout.metadata(layout.swapped("mid", 0)), folder / "swaps_metadata.json")
    shutil.copy(study.folder / layout.analysis("mid", 0) / layout.DISTANCES, folder / "a.npz")
    os.mkfifo("pipe")
    for _ in range(count):
        words = _mutated(random.choice(COMMANDS).split(), random)
        end, why = in_child(partial(main, words), SECONDS)
        tally.add(end, f"{words}: {why}")
    return tally


def _mutated(words: list[str], random: Random) -> list[str]:
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(1, max(2, len(words)))
        if at == len(words):
            words.append(random.choice(WORDS))
        way = random.randrange(6)
        if way == 0:
            del words[at]
        elif way == 1:
            words.insert(at, words[at])
        elif way == 2:
            words[at] = words[at][: random.randrange(len(words[at]) + 1)]
        else:
            words[at] = random.choice(WORDS)
    return words
