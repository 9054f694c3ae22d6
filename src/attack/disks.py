"""Runs stages on a disk that is full and in folders that cannot be written."""

import os
import resource
import shutil
from contextlib import chdir
from functools import partial
from pathlib import Path
from random import Random

from attack.kills import compared, forget, put_back
from attack.outcome import Tally, in_child
from attack.small_disk import filled, small_disk
from attack.small_study import STAGES, Call, SmallStudy, run_stage

SECONDS = 120.0
NOBODY = 65534
ROOM = 2**24  # bytes that a study needs beside its results while it runs


def attack_disks(study: SmallStudy, folder: Path, count: int, random: Random) -> Tally:
    """Run stages `count` times without room, or where they may not write; then each with room gives its bytes."""
    tally = Tally("full, read-only disks")
    size = sum(len(content) for made in study.made.values() for content in made.values())
    with small_disk(folder, 4 * size + ROOM) as mounted:
        if not mounted:
            print("disks: this user cannot mount a small one, so files that may not grow stand for a full one")
        shutil.copytree(study.folder, folder, dirs_exist_ok=True)
        with chdir(folder):
            for _ in range(count):
                call = random.choice(STAGES)
                tally.add(*_attacked(study, call, mounted, random))
                put_back(study, call)  # other stages read it
    return tally


def _attacked(study: SmallStudy, call: Call, mounted: bool, random: Random) -> tuple[str, str]:
    """Run the stage on a disk that is full, with files that may not grow or where it cannot write; return the end."""
    largest = max(len(content) for content in study.made[call].values())
    forget(study, call)
    room, way = random.randrange(largest + 1), random.random()
    if way < 0.2 and os.geteuid() == 0:
        what = "in a folder that it cannot write"
        end, why = in_child(partial(_as_nobody, study, call), SECONDS)
    elif way < 0.6 and mounted:
        what = f"with {room} bytes on the disk"
        with filled(Path.cwd(), room):
            end, why = in_child(partial(run_stage, study.params, call), SECONDS)
    else:
        what = f"with files of at most {room} bytes"
        end, why = in_child(partial(_full, study, call, room), SECONDS)
    broken, parts = compared(study, call, what, ended=False)
    left = [str(path) for path in Path.cwd().rglob(".*.partial")]
    if broken != "well" or left:
        end, why = "lost", f"{parts} {left}"
    if random.random() < 0.1:
        in_child(partial(run_stage, study.params, call), SECONDS)
        again, parts = compared(study, call, f"a run {what} and one with room", ended=True)
        end, why = (end, why) if again == "well" else (again, parts)
    return end, f"{call} {what}: {why}"


def _full(study: SmallStudy, call: Call, room: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    run_stage(study.params, call)


def _as_nobody(study: SmallStudy, call: Call) -> None:
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    run_stage(study.params, call)
