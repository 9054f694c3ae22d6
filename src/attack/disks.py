"""Runs stages on a disk that is full and in folders that cannot be written."""

import os
import resource
import shutil
from functools import partial
from pathlib import Path
from random import Random

from attack.kills import compared, forget, put_back
from attack.outcome import Tally, in_child
from attack.small_study import STAGES, Call, SmallStudy, run_stage

SECONDS = 120.0
NOBODY = 65534


def attack_disks(study: SmallStudy, folder: Path, count: int, random: Random) -> Tally:
    """Run stages `count` times where files may not grow, or not be made; then each with room gives its bytes."""
    tally = Tally("full, read-only disks")
    shutil.copytree(study.folder, folder, dirs_exist_ok=True)
    os.chdir(folder)
    for _ in range(count):
        call = random.choice(STAGES)
        largest = max(len(content) for content in study.made[call].values())
        forget(study, call)
        if random.random() < 0.2 and os.geteuid() == 0:
            end, why = in_child(partial(_as_nobody, study, call), SECONDS)
            what = "in a folder that it cannot write"
        else:
            room = random.randrange(largest + 1)
            end, why = in_child(partial(_full, study, call, room), SECONDS)
            what = f"with files of at most {room} bytes"
        broken, parts = compared(study, call, what, ended=False)
        left = [str(path) for path in Path.cwd().rglob(".*.partial")]
        if broken != "well" or left:
            end, why = "lost", f"{parts} {left}"
        if random.random() < 0.1:
            in_child(partial(run_stage, study.params, call), SECONDS)
            again, parts = compared(study, call, f"a run {what} and one with room", ended=True)
            end, why = (end, why) if again == "well" else (again, parts)
        tally.add(end, f"{call} {what}: {why}")
        put_back(study, call)  # other stages read it
    return tally


def _full(study: SmallStudy, call: Call, room: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    run_stage(study.params, call)


def _as_nobody(study: SmallStudy, call: Call) -> None:
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    run_stage(study.params, call)
