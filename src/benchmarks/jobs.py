"""Measures how `make repro JOBS=n` uses the cores: a graph of 32 equal stages, one after the other and side by side."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from benchmarks.setting import Setting
from benchmarks.table import Row
from mode_connectivity.commands.repro import default_jobs
from mode_connectivity.foundations import layout

STAGES = 32
SQUARES = 60_000_000  # about three seconds of one core, as a small stage takes
PIPELINE = """\
stages:
  work:
    matrix: {{k: {items}}}
    cmd: {python} -c "open('${{item.k}}.txt', 'w').write(str(sum(i * i for i in range({squares}))))"
    outs: ["${{item.k}}.txt"]
"""


def measure(setting: Setting) -> list[Row]:
    """Return the seconds of the graph with one job and with as many as there are cores, and of the processor."""
    cores = default_jobs(threads=1)
    rows = []
    alone = 0.0
    for jobs in dict.fromkeys((1, max(2, cores // 2), max(2, cores))):
        wall, processor = _run(setting.scratch / f"jobs-{jobs}", jobs)
        alone = alone or wall
        said = f"{wall / alone:.0%} of JOBS=1, {processor:.0f} s of the processor"
        rows.append(Row(f"{STAGES} equal stages, JOBS={jobs} on {cores} cores", wall, "s", result=said))
    return rows


def _run(root: Path, jobs: int) -> tuple[float, float]:
    """Return the seconds that pass, and those of the processor, for a new graph in `root`."""
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc/config").write_text("[core]\n    no_scm = True\n    analytics = False\n")
    (root / "dvc.yaml").write_text(PIPELINE.format(items=list(range(STAGES)), python=sys.executable, squares=SQUARES))
    shutil.copy(layout.PARAMS, root)
    before = _processor()
    started = time.perf_counter()
    command = [sys.executable, "-m", "mode_connectivity.commands", "repro", "--jobs", str(jobs)]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL, env=_environment())
    return time.perf_counter() - started, _processor() - before


def _environment() -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return plain | {"PYTHONPATH": str(Path("src").resolve())}


def _processor() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
