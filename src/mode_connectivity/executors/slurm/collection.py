"""Brings what finished jobs made into the main workspace: entries of dvc.lock, and outputs.

It holds none of DVC's locks, which mean nothing between two hosts; each file is written whole.
"""

import filecmp
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mode_connectivity.executors.lock_entries import LOCK, read_entries, write_entries
from mode_connectivity.executors.lock_order import sequential
from mode_connectivity.executors.slurm.folder import Submission
from mode_connectivity.executors.slurm.tree import copy_output
from mode_connectivity.executors.whole_lock import keep

if TYPE_CHECKING:
    from dvc.output import Output


@dataclass
class Collected:
    """Says what a collection did."""

    stages: list[str] = field(default_factory=list)  # whose results are in the workspace now
    edited: list[str] = field(default_factory=list)  # files and entries that a person changed meanwhile, left alone


def collect(submission: Submission) -> Collected:
    """Collect the results that have come in and were not collected yet.

    Where a person changed an output or an entry since the submission, theirs stays and is named.
    """
    collected = Collected()
    waiting = uncollected(submission)
    if not waiting:
        return collected
    entries = read_entries(submission.root / LOCK)
    for stage in waiting:
        new = (submission.result(stage) / "entry").read_text()
        old = submission.entry(stage).read_text() if submission.entry(stage).exists() else None
        if entries.get(stage) in (old, new):
            entries[stage] = new
            collected.stages.append(stage)
        else:
            collected.edited.append(f"{stage} in {LOCK}")
    order = sequential(entries, submission.facts["before"], submission.facts["order"])
    write_entries({name: entries[name] for name in order}, submission.root / LOCK)
    keep(submission.root)
    _bring_outputs(submission, collected)
    for stage in waiting:
        (submission.result(stage) / "collected").touch()
    return collected


def uncollected(submission: Submission) -> list[str]:
    """Return the stages with a result that is not in the main workspace yet."""
    results = {stage: submission.result(stage) for stage in submission.facts.get("stages", [])}
    return [stage for stage, folder in results.items() if folder.exists() and not (folder / "collected").exists()]


def _bring_outputs(submission: Submission, collected: Collected) -> None:
    from dvc.repo import Repo

    with Repo(str(submission.root)) as repo:
        stages = {stage.addressing: stage for stage in repo.index.stages}
        for name in collected.stages:
            for out in stages[name].outs if name in stages else ():
                brought = _checked_out(out) if out.use_cache else _copied(out, name, submission)
                if not brought:
                    collected.edited.append(out.def_path)


def _checked_out(out: "Output") -> bool:
    """Check an output out, unless what lies there is in no cache."""
    from dvc.exceptions import CheckoutError, ConfirmRemoveError

    try:
        out.checkout(force=False)
    except (CheckoutError, ConfirmRemoveError, FileNotFoundError):
        return False
    return True


def _copied(out: "Output", stage: str, submission: Submission) -> bool:
    """Copy an output that only Git keeps, unless it changed since the submission."""
    here, new = Path(out.fs_path), submission.result(stage) / "files" / out.def_path
    if here.exists() and not _same(here, new):
        kept = submission.kept(out.def_path)
        if not (kept.exists() and _same(here, kept)):
            return False
        copy_output(new, here)
    elif not here.exists():
        copy_output(new, here)
    return True


def _same(one: Path, other: Path) -> bool:
    if one.is_dir() != other.is_dir():
        return False
    if not one.is_dir():
        return filecmp.cmp(one, other, shallow=False)
    files = [
        sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()) for folder in (one, other)
    ]
    return files[0] == files[1] and all(filecmp.cmp(one / name, other / name, shallow=False) for name in files[0])


@contextmanager
def alone(submission: Submission) -> Iterator[None]:
    """Let one process at a time collect, by a file that no two can make.

    Raises:
        ValueError: another one collects.
    """
    mark = submission.folder / "collecting"
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        raise ValueError(f"another process collects; if none does, delete {mark}") from None
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)
