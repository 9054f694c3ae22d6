"""Kills stages at random moments, and compares what they leave with what they left without."""

import faulthandler
import os
import shutil
import signal
import time
from pathlib import Path
from random import Random

from attack.forks import SIGNALS, forked
from attack.outcome import Tally
from attack.small_study import STAGES, Call, SmallStudy, run_stage
from mode_connectivity.running.completion import complete
from mode_connectivity.running.stopping import STOPPING

LOOK = 0.002  # seconds between looks whether a stage has ended
AT_MOST = 40  # kills before a stage is let run
LONGEST = 60  # seconds of a stage, which ends within a few, before it counts as a hang


def attack_by_kills(study: SmallStudy, folder: Path, count: int, random: Random) -> Tally:
    """Kill stages `count` times in all; what they leave must be whole, and what they end with the bytes of `study`."""
    tally = Tally("kills of stages")
    os.environ["MODE_CONNECTIVITY_STATE_SECONDS"] = "0.02"
    shutil.copytree(study.folder, folder, dirs_exist_ok=True)
    os.chdir(folder)
    calls = list(STAGES)
    random.shuffle(calls)
    place = 0
    while tally.ends.total() < count:
        call = calls[place % len(calls)]
        place += 1
        try:
            _kill_one(study, call, count, tally, random)
        except TimeoutError as error:
            tally.add("hang", f"{call}: {error}")
            put_back(study, call)  # other stages read it
    return tally


def _kill_one(study: SmallStudy, call: Call, count: int, tally: Tally, random: Random) -> None:
    """Kill the stage some times at random moments of its run, then let it run."""
    forget(study, call)
    seconds = _run(study, call)[0]
    forget(study, call)
    for _ in range(random.randrange(1, AT_MOST)):
        number = random.choice(SIGNALS)
        if _run(study, call, number, random.random() * seconds)[1]:
            tally.add(*compared(study, call, number.name, ended=False))
        if tally.ends.total() >= count:
            break
    _run(study, call)
    end, what = compared(study, call, "the last run", ended=True)
    if end != "well":
        tally.add(end, what)


def compared(study: SmallStudy, call: Call, after: str, ended: bool) -> tuple[str, str]:
    """Return the end: every output that is there must be whole; where the stage ended, all must be there."""
    expected = study.made[call]
    left = {name: Path(name).read_bytes() for name in expected if Path(name).is_file()}
    wrong = [name for name in expected if (left[name] != expected[name] if name in left else ended)]
    for name in wrong:
        Path(name).unlink(missing_ok=True)
    return ("lost" if wrong else "well"), f"{call} after {after}: {wrong[:3]}"


def forget(study: SmallStudy, call: Call) -> None:
    """Delete what the stage writes."""
    for name in study.made[call]:
        Path(name).unlink(missing_ok=True)


def put_back(study: SmallStudy, call: Call) -> None:
    """Write what the stage writes."""
    for name, content in study.made[call].items():
        Path(name).write_bytes(content)


def _run(study: SmallStudy, call: Call, number: signal.Signals | None = None, after: float = 0) -> tuple[float, bool]:
    """Run the stage in a fork; send it the signal after so many seconds; return its seconds and whether it was hit.

    Raises:
        TimeoutError: it did not end; the message says where it stood.
    """
    started = time.monotonic()
    where = Path("stands.txt")
    where.write_text("")

    def work() -> None:
        with where.open("w") as file:
            faulthandler.dump_traceback_later(0.9 * LONGEST, file=file)
            run_stage(study.params, call)
            STOPPING.too_late()
            complete()
            faulthandler.cancel_dump_traceback_later()

    child = forked(STOPPING.install, work)
    if number is not None:
        if _ended(child, started + after):
            return time.monotonic() - started, False
        os.kill(child, number)
    if not _ended(child, time.monotonic() + LONGEST):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        after_what = number.name if number else "no signal"
        raise TimeoutError(f"no end within {LONGEST} s of {after_what}; it stood at {where.read_text()}")
    return time.monotonic() - started, number is not None


def _ended(child: int, until: float) -> bool:
    """Wait for the process until then and return whether it has ended."""
    while not (ended := os.waitpid(child, os.WNOHANG) != (0, 0)) and time.monotonic() < until:
        time.sleep(LOOK)
    return ended
