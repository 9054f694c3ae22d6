"""Makes the tree in which a job works ready to run its stage, and takes the result out of it."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mode_connectivity.executors.lock_entries import LOCK, read_entries, write_entries
from mode_connectivity.executors.slurm.folder import Submission
from mode_connectivity.executors.whole_lock import keep
from mode_connectivity.foundations.atomic import whole_folder

if TYPE_CHECKING:
    from dvc.output import Output

CONFIGURATION = """\
[core]
    site_cache_dir = {tree}/.dvc/tmp/site
[cache]
    dir = {cache}
    type = "reflink,hardlink,copy"
"""


def fill(tree: Path, submission: Submission, stage: str) -> None:
    """Bring into the tree what the stage needs, and what it made before, so that DVC can see what is up to date.

    DVC there has its own temporary files and the cache of the main workspace, and its lock file the entries that
    concern the stage, with what the jobs of its needs wrote.

    Raises:
        ValueError: an output that the stage needs is in no cache.
    """
    from dvc.repo import Repo

    local = tree / ".dvc" / "config.local"
    main = submission.root / ".dvc" / "config.local"
    shared = main.read_text() if main.exists() else ""
    local.write_text(shared + CONFIGURATION.format(tree=tree, cache=submission.facts["cache"]))
    names = [*submission.graph[stage], stage]
    entries = {name: entry for name in names if (entry := submission.newest_entry(name)) is not None}
    (tree / LOCK).unlink(missing_ok=True)
    write_entries(entries, tree / LOCK)
    if entries:
        (tree / ".dvc" / "tmp").mkdir(exist_ok=True)
        keep(tree)
    with Repo(str(tree)) as repo:
        stages = {each.addressing: each for each in repo.index.stages}
        for name in names:
            for out in stages[name].outs:
                _bring(out, name, submission, own=name == stage)


def _bring(out: "Output", name: str, submission: Submission, own: bool) -> None:
    from dvc.exceptions import CheckoutError

    if out.use_cache:
        try:
            if out.hash_info:
                out.checkout(force=True)
        except (CheckoutError, FileNotFoundError) as error:
            if own:  # in no cache, as in a fresh clone: the stage makes it anew
                return
            raise ValueError(f"{out.def_path}: the output of {name} is not in DVC's cache ({error})") from error
        return
    for copy in (submission.result(name) / "files" / out.def_path, submission.kept(out.def_path)):
        if copy.exists():
            copy_output(copy, Path(out.fs_path))
            return


def keep_result(tree: Path, submission: Submission, stage: str) -> None:
    """Keep the entry that DVC wrote for the stage, and its outputs that are not in DVC's cache."""
    with whole_folder(submission.result(stage)) as folder:
        (folder / "entry").write_text(read_entries(tree / LOCK)[stage])
        for out in submission.facts["uncached"][stage]:
            copy_output(tree / out, folder / "files" / out)


def copy_output(source: Path, target: Path) -> None:
    """Copy a file or a folder in the place of what is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
