"""Kills stages at random moments, and compares what they leave with what they left without."""

import os
import shutil
import signal
import time
from pathlib import Path
from random import Random

from attack.outcome import Tally
from attack.small_study import Call, run_stage
from mode_connectivity import layout
from mode_connectivity.params import Params
from mode_connectivity.running.completion import complete
from mode_connectivity.running.stopping import STOPPING

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
KILLED: tuple[Call, ...] = (
    *(("endpoint", (0,)), ("swap", ("mid", 0)), ("curve", ("mid", 0)), ("analysis", ("mid", 0)), ("dataset", ())),
    *(("cue_endpoint", (0,)), ("mechanism_scores", ("lmc", 0)), ("finetune", ("naive", 0)), ("report", ())),
)
AT_MOST = 30  # kills before a stage is let run


def attack_by_kills(study: Path, folder: Path, params: Params, count: int, random: Random) -> Tally:
    """Kill stages `count` times in all; every stage that ends must leave the bytes of `study`."""
    tally = Tally("kills of stages")
    os.environ["MODE_CONNECTIVITY_STATE_SECONDS"] = "0.02"
    shutil.copytree(study, folder, dirs_exist_ok=True)
    os.chdir(folder)
    expected = outputs(study)
    while tally.ends.total() < count:
        call = random.choice(KILLED)
        _forget(call)
        seconds = _run(params, call, None, 0.0)
        _compare(tally, expected, call, "not killed", ended=True)
        _forget(call)
        for _ in range(random.randrange(1, AT_MOST)):
            number = random.choice(SIGNALS)
            _run(params, call, number, random.random() * seconds)
            _compare(tally, expected, call, number.name, ended=False)
        _run(params, call, None, 0.0)
        _compare(tally, expected, call, "the last run", ended=True)
    return tally


def outputs(folder: Path) -> dict[str, bytes]:
    """Return what stages wrote."""
    tops = [folder / top for top in ("data", "models", "reports")]
    files = {str(path.relative_to(folder)): path for top in tops for path in top.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if "/." not in name}  # not what is half written


def _compare(tally: Tally, expected: dict[str, bytes], call: Call, what: str, ended: bool) -> None:
    """Every output there is must be whole; where the stage ended, all must be there."""
    found = outputs(Path.cwd())
    other = [name for name, content in found.items() if expected.get(name) != content]
    missing = [name for name in expected if name not in found] if ended else []
    tally.add("lost" if other or missing else "well", f"{call} after {what}: {[*other, *missing][:3]}")
    for name in other:
        Path(name).unlink()
        if name in expected:
            Path(name).write_bytes(expected[name])


def _forget(call: Call) -> None:
    """Delete what the stage writes: it is told from the rest by its name and item."""
    name, _ = call
    places = {
        "endpoint": [layout.endpoint(0), layout.history(layout.endpoint(0))],
        "swap": [layout.swapped("mid", 0), layout.metadata(layout.swapped("mid", 0))],
        "curve": [layout.curve("mid", 0), layout.history(layout.curve("mid", 0))],
        "analysis": [layout.analysis("mid", 0)],
        "dataset": [layout.DATASET],
        "cue_endpoint": [p for k in ("cue", "clean") for p in _both(layout.cue_endpoint(k, 0))],
        "mechanism_scores": [layout.mechanism("lmc", 0)],
        "finetune": _both(layout.finetuned("naive", 0)),
        "report": [layout.COMPARISON],
    }[name]
    for place in places:
        if place.is_dir():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)


def _both(checkpoint: Path) -> list[Path]:
    return [checkpoint, layout.history(checkpoint)]


def _run(params: Params, call: Call, number: signal.Signals | None, after: float) -> float:
    """Run the stage in a fork and send it the signal after so many seconds; return the seconds until its end."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            STOPPING.install()
            run_stage(params, call)
            STOPPING.too_late()
            complete()
        finally:
            os._exit(0)
    if number is not None:
        time.sleep(after)
        os.kill(child, number)
    os.waitpid(child, 0)
    return time.monotonic() - started
