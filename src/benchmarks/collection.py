"""Measures what DVC and a collection of Slurm jobs cost in graphs of stages of no work, in seconds of the processor."""

import hashlib
import time
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

from dvc.repo import Repo

from benchmarks.setting import Setting
from benchmarks.table import Row
from mode_connectivity.executors.graph import changed_stages, stage_graph, stale_stages
from mode_connectivity.executors.slurm.collection import collect
from mode_connectivity.executors.slurm.folder import Submission

STAGES = (50, 250, 1000)
PIPELINE = """\
stages:
  first:
    matrix: {{k: {items}}}
    cmd: echo ${{item.k}} > first-${{item.k}}.txt
    outs: ["first-${{item.k}}.txt"]
  second:
    matrix: {{k: {items}}}
    cmd: cp first-${{item.k}}.txt second-${{item.k}}.txt
    deps: ["first-${{item.k}}.txt"]
    outs: ["second-${{item.k}}.txt"]
"""
FILE = "    - path: {path}\n      hash: md5\n      md5: {md5}\n      size: {size}\n"


def measure(setting: Setting) -> list[Row]:
    """Return the seconds to read the graph and its state, to collect all of it, and to prove it by `dvc status`."""
    return [row for stages in STAGES for row in _rows(setting.scratch / f"stages-{stages}", stages)]


def _rows(root: Path, stages: int) -> list[Row]:
    root.mkdir()
    with chdir(root):
        submission = finished_jobs(Path.cwd(), stages // 2)
        reading, _ = _timed(_stale)
        collecting, collected = _timed(lambda: collect(submission).stages)
        proving, changed = _timed(_changed)
    if len(collected) != stages or changed:
        raise RuntimeError(f"{len(collected)} of {stages} stages were collected; DVC finds changed: {changed}")
    size = (root / "dvc.lock").stat().st_size
    return [
        Row(f"graph and status, {stages} stages", reading, "s"),
        Row(f"collection, {stages} stages", collecting, "s", result=f"{size} bytes of dvc.lock"),
        Row(f"dvc status after it, {stages} stages", proving, "s", result="nothing changed"),
    ]


def finished_jobs(root: Path, columns: int) -> Submission:
    """Make a repository of two stages a column in the current folder, `root`; results lie as Slurm jobs leave them.

    DVC's cache has the outputs; neither lock file nor outputs are in the workspace.
    """
    (root / ".dvc").mkdir()
    (root / ".dvc/config").write_text("[core]\n    no_scm = True\n    analytics = False\n")
    (root / "dvc.yaml").write_text(PIPELINE.format(items=list(range(columns))))
    submission = Submission(root)
    entries = [entry for k in range(columns) for entry in _entries(root, k)]
    with Repo() as repo:
        graph = stage_graph(repo)
    submission.begin(list(graph), order=list(graph), before=[], graph=graph)
    for stage, entry in entries:
        submission.result(stage).mkdir(parents=True)
        (submission.result(stage) / "entry").write_text(entry)
    return submission


def _entries(root: Path, k: int) -> list[tuple[str, str]]:
    """Put the file of a column into the cache; return its two stages with their entries of dvc.lock."""
    content = f"{k}\n".encode()
    md5 = hashlib.md5(content).hexdigest()
    cached = root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    cached.parent.mkdir(parents=True, exist_ok=True)
    cached.write_bytes(content)
    first, second = (FILE.format(path=f"{name}-{k}.txt", md5=md5, size=len(content)) for name in ("first", "second"))
    return [
        (f"first@{k}", f"  first@{k}:\n    cmd: echo {k} > first-{k}.txt\n    outs:\n{first}"),
        (
            f"second@{k}",
            f"  second@{k}:\n    cmd: cp first-{k}.txt second-{k}.txt\n    deps:\n{first}    outs:\n{second}",
        ),
    ]


def _stale() -> list[str]:
    with Repo() as repo:
        return stale_stages(repo, stage_graph(repo))


def _changed() -> list[str]:
    with Repo() as repo:
        return changed_stages(repo)


def _timed(work: Callable[[], list[str]]) -> tuple[float, list[str]]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result
