"""Runs DVC's command line with a lock file that no signal damages; the set-up makes it the environment's `dvc`.

python -m mode_connectivity.executors.dvc_command repro
"""

import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from mode_connectivity.executors.lock_file import write_quickly
from mode_connectivity.executors.whole_lock import mend, write_whole
from mode_connectivity.warm.servers import COMPUTING, ready_processes


def main(arguments: list[str]) -> int:
    """Run `dvc` with `arguments` and return its status; first put a damaged lock file back."""
    try:
        tell_mended()
        write_whole()
        write_quickly()
        _dry_before_there_is_anything()
        from dvc.cli import main as dvc

        with ready_processes(COMPUTING, cold=1) if _runs_stages(arguments) else nullcontext():
            return int(dvc(arguments))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 128 + signal.SIGINT


def _runs_stages(arguments: list[str]) -> bool:
    """Return whether this process runs stages; the workers of a queue are others."""
    return arguments[:1] == ["repro"] or (arguments[:2] == ["exp", "run"] and "--queue" not in arguments)


def _dry_before_there_is_anything() -> None:
    """Let `dvc repro --dry` go on where a stage needs what an earlier one has yet to make; DVC looks for its hash."""
    from dvc.stage.cache import RunCacheNotFoundError, StageCache

    restore = StageCache.restore

    def restored(self: Any, stage: Any, run_cache: bool = True, pull: bool = False, dry: bool = False) -> Any:
        try:
            return restore(self, stage, run_cache=run_cache, pull=pull, dry=dry)
        except FileNotFoundError as error:
            if dry:
                raise RunCacheNotFoundError(stage) from error
            raise

    StageCache.restore = restored


def tell_mended() -> None:
    """Put a damaged lock file of the repository around the current folder back, and say so."""
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / ".dvc").is_dir()), here)
    if line := mend(root):
        print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
