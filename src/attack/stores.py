"""Runs a stage by DVC with a tracking store that is broken; it costs a bounded time and a line, and sync mends it."""

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from attack.broken_servers import dead, dripping, failing, server, silent
from attack.mutations import damaged
from attack.outcome import Tally
from attack.pipeline import commanded, copied
from attack.small_disk import filled, make_read_only, small_disk
from attack.small_study import ROOT, SmallStudy

STAGE, VARIANT, NEEDED = "swap@mid-0", "mid", ("dataset", "endpoint@0", "swap@control-0", "swap@mid-0")
COST = 15.0  # seconds that a broken store may cost
LINE = "warning: the result is safe, but was not tracked ("
RUNS = """SELECT count(*) FROM runs JOIN tags AS stage USING (run_uuid) JOIN tags AS variant USING (run_uuid)
    WHERE status = 'FINISHED' AND lifecycle_stage = 'active' AND stage.key = 'stage' AND stage.value = 'swap'
    AND variant.key = 'variant' AND variant.value = ?"""
DISK = 2**23  # bytes: a new store takes one or two million


@dataclass(frozen=True)
class Tracked:
    """Holds a project with a finished study, a new store of its own, and where stores lie that are to be broken."""

    root: Path
    new: Path
    store: Path

    def run(self, uri: str, *words: str) -> tuple[int, str, float]:
        """Run a command with the store at `uri`; return its status, what it wrote, and its seconds."""
        began = time.monotonic()
        more = {"MLFLOW_TRACKING_URI": uri}
        done = subprocess.run(words, cwd=self.root, env=commanded(more), capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr, time.monotonic() - began

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.store}"

    def runs(self) -> int:
        """Return how many whole runs of the stage the store holds."""
        with closing(sqlite3.connect(self.store)) as store:
            return int(store.execute(RUNS, [VARIANT]).fetchone()[0])


def attack_stores(study: SmallStudy, folder: Path, count: int, random: Random) -> Tally:
    """Run the stage `count` times with a broken store, each way once before any comes again."""
    tally = Tally("broken stores")
    with small_disk(folder / "disk", DISK) as mounted:
        tracked = _project(study, folder)
        usual = min(tracked.run(tracked.uri, "dvc", "repro", "-s", "-f", STAGE)[2] for _ in range(2))
        ways = _ways(tracked, random)
        if not mounted:
            print("stores: this user cannot mount a small disk, so none is full or read-only")
            ways = {name: way for name, way in ways.items() if "disk" not in name}
        names = list(ways)
        random.shuffle(names)
        for k in range(count):
            name = names[k % len(names)]
            end, what = _attacked(tracked, ways[name], usual)
            tally.add(end, f"{name}: {what}")
            print(f"stores: {name}: {end}, {what}")
    return tally


def _attacked(tracked: Tracked, way: Callable[[], AbstractContextManager[str]], usual: float) -> tuple[str, str]:
    """Run the stage while the store is broken, then sync to the whole one; return the end."""
    shutil.copyfile(tracked.new, tracked.store)
    with way() as uri:
        status, said, seconds = tracked.run(uri, "dvc", "repro", "-s", "-f", STAGE)
        logged = not _warned(said) and tracked.runs()  # before a whole store takes the place of this one
    warnings = _warned(said)
    what = f"status {status}, {seconds - usual:.1f} s more than the usual {usual:.1f} s, {warnings}"
    if status or "Traceback" in said or len(warnings) > 1:
        return "traceback", f"{what}; {said[-1500:]}"
    if not warnings and not logged:
        return "silent", what
    status, said, _ = tracked.run(tracked.uri, "mode-connectivity", "sync")
    if status or tracked.runs() != 1:
        return "lost", f"{what}; sync left {tracked.runs()} runs of it: {said[-1500:]}"
    return ("hang" if seconds > usual + COST else "one line" if warnings else "well"), what


def _warned(said: str) -> list[str]:
    return [line for line in said.splitlines() if LINE in line]


def _project(study: SmallStudy, folder: Path) -> Tracked:
    """Make a repository of DVC around the finished study, with a lock file, and a new store."""
    tracked = Tracked(folder / "project", folder / "new.db", folder / "disk" / "store.db")
    shutil.copytree(study.folder, tracked.root)
    shutil.copytree(ROOT / "src", tracked.root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    copied(tracked.root, (".dvc/config", ".dvcignore", ".gitignore", "dvc.yaml"))
    subprocess.run(["dvc", "commit", "-q", "-f", *NEEDED], cwd=tracked.root, env=commanded(), check=True)
    initialise = "from mode_connectivity.tracking.runs import initialise; initialise()"
    new = {"MLFLOW_TRACKING_URI": f"sqlite:///{tracked.new}"}
    subprocess.run(
        [sys.executable, "-c", initialise], cwd=tracked.root, env=commanded(new), check=True, capture_output=True
    )
    shutil.copyfile(tracked.new, tracked.store)
    return tracked


def _ways(tracked: Tracked, random: Random) -> dict[str, Callable[[], AbstractContextManager[str]]]:
    """Return the ways in which a store can be broken while a block runs; each yields its address."""
    return {
        "dead": dead,
        "silent": partial(server, silent),
        "dripping": partial(server, dripping),
        "500": partial(server, failing),
        "locked for 30 s": partial(_locked, tracked, 30),
        "locked for 100 s": partial(_locked, tracked, 100),
        "damaged": partial(_damaged, tracked, random),
        "read-only disk": partial(_read_only, tracked),
        "full disk": partial(_full, tracked),
    }


@contextmanager
def _locked(tracked: Tracked, seconds: float) -> Iterator[str]:
    """Hold the database so many seconds."""
    held, freed = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(tracked.store)) as store:
            store.execute("BEGIN EXCLUSIVE")
            held.set()
            time.sleep(seconds)
        freed.set()

    threading.Thread(target=hold, daemon=True).start()
    held.wait()
    yield tracked.uri
    freed.wait()


@contextmanager
def _damaged(tracked: Tracked, random: Random) -> Iterator[str]:
    tracked.store.write_bytes(damaged(tracked.new.read_bytes(), random))
    yield tracked.uri
    shutil.copyfile(tracked.new, tracked.store)


@contextmanager
def _read_only(tracked: Tracked) -> Iterator[str]:
    make_read_only(tracked.store.parent, True)
    yield tracked.uri
    make_read_only(tracked.store.parent, False)


@contextmanager
def _full(tracked: Tracked) -> Iterator[str]:
    with filled(tracked.store.parent, 0):
        yield tracked.uri
