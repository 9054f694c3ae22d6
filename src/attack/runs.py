"""Kills whole process groups of `dvc repro` and `make repro`, and starts two of them at once."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from random import Random

from attack.forks import SIGNALS
from attack.outcome import Tally
from attack.pipeline import COMMANDS, Pipeline
from mode_connectivity.executors.whole_lock import LOCK

LOOK = 0.0005  # seconds between looks at the file that DVC writes beside its lock file
LONGEST = 120.0  # seconds of a run, which takes a few, before it counts as a hang
MOST = 6  # kills before a run is let end
REFUSED = "runs stages here; make status shows it"


def attack_groups(folder: Path, count: int, random: Random) -> Tally:
    """Kill `count` runs, half of them while DVC writes its lock file; the same command must go on and redo nothing."""
    tally, pipeline = Tally("kills of process groups"), Pipeline.make(folder)
    while tally.ends.total() < count:
        pipeline.forget()
        command, finished = random.choice(COMMANDS), set[str]()
        for _ in range(min(random.randint(1, MOST), count - tally.ends.total())):
            number = random.choice(SIGNALS)
            what = f"{command} after {number.name}"
            try:
                errors = _killed(pipeline, command, number, random)
                tally.add(*_compared(pipeline, finished, errors, what))
            except TimeoutError as error:
                tally.add("hang", f"{what}: {error}")
        _ended(pipeline, command, finished, tally)
    return tally


def attack_pairs(folder: Path, count: int, random: Random) -> Tally:
    """Start two runs at once, `count` times: the second is refused in one line, the first ends well."""
    tally, pipeline = Tally("two runs at once"), Pipeline.make(folder)
    for _ in range(count):
        pipeline.forget()
        commands = random.choice(COMMANDS), random.choice(COMMANDS)
        one = pipeline.start(commands[0])
        time.sleep(random.random() * 2)
        two = pipeline.start(commands[1])
        try:
            ends = [(each.returncode, errors) for each, errors in ((p, _communicated(p)) for p in (one, two))]
        except TimeoutError as error:
            tally.add("hang", f"{commands}: {error}")
            continue
        refused = [errors for status, errors in ends if status]
        lacks = pipeline.lacks()
        said = all(errors.count("\n") == 1 and REFUSED in errors for errors in refused)
        end = "traceback" if not said else "lost" if lacks or len(refused) > 1 else "one line" if refused else "well"
        tally.add(end, f"{commands}: {ends}, lacks {lacks[:3]}")
    return tally


def _killed(pipeline: Pipeline, command: tuple[str, ...], number: signal.Signals, random: Random) -> str:
    """Run the command, send its group the signal at some moment, and return what it said."""
    process = pipeline.start(command)
    sighted, writes = 0, random.randint(1, 13) if random.random() < 0.5 else None
    until = time.monotonic() + (LONGEST if writes else 1 + 3 * random.random())
    beside, was_there = pipeline.root / f".{LOCK}.partial", False
    while process.poll() is None and time.monotonic() < until and sighted != writes:
        there = beside.exists()
        sighted += there and not was_there
        was_there = there
        time.sleep(LOOK)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    return _communicated(process)


def _communicated(process: subprocess.Popen[str]) -> str:
    """Return what the process wrote as errors by its end.

    Raises:
        TimeoutError: it does not end; its group is killed.
    """
    try:
        return process.communicate(timeout=LONGEST)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise TimeoutError(f"no end within {LONGEST} s") from None


def _compared(pipeline: Pipeline, finished: set[str], errors: str, what: str) -> tuple[str, str]:
    """Return the end of a run that may have been killed: no stage that was finished may have run, or be forgotten."""
    again = sorted(finished & set(pipeline.ran()))
    finished |= pipeline.finished()
    if again:
        return "lost", f"{what}: {again} ran again; {errors[-500:]}"
    return ("traceback" if "Traceback" in errors else "well"), f"{what}: {errors[-1500:]}"


def _ended(pipeline: Pipeline, command: tuple[str, ...], finished: set[str], tally: Tally) -> None:
    """Let the command end, which waits for stages that outlive a kill; what is not well is added."""
    began = time.monotonic()
    try:
        while True:
            process = pipeline.start(command)
            errors = _communicated(process)
            if REFUSED not in errors or time.monotonic() - began > LONGEST:
                break
            time.sleep(0.2)
    except TimeoutError as error:
        tally.add("hang", f"{command} after kills: {error}")
        return
    end, text = _compared(pipeline, finished, errors, f"{command} after kills")
    if end == "well" and (process.returncode or (lacks := pipeline.lacks())):
        end, text = "lost", f"{text}; status {process.returncode}, lacks {lacks[:3] if not process.returncode else ''}"
    if end != "well":
        tally.add(end, text)
