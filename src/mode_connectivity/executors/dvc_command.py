"""Runs DVC's command line with a lock file that no signal damages; the set-up makes it the environment's `dvc`."""

import signal
import sys
from contextlib import ExitStack
from typing import Any

from mode_connectivity.executors.dvc_readers import mend_readers
from mode_connectivity.executors.lock_file import use_entries
from mode_connectivity.executors.one_at_a_time import alone, workspace
from mode_connectivity.executors.whole_lock import mend, write_whole
from mode_connectivity.warm.servers import COMPUTING, ready_processes

HARMLESS = {"--dry", "--help", "-h", "--temp"}  # what changes nothing here


def main(arguments: list[str]) -> int:
    """Run `dvc` with `arguments` and return its status; first put a damaged lock file back."""
    try:
        with ExitStack() as held:
            if _runs_stages(arguments) and not HARMLESS & set(arguments):
                try:
                    held.enter_context(alone(workspace()))
                except ValueError as error:
                    print(f"error: {error}", file=sys.stderr)
                    return 1
            tell_mended()
            write_whole()
            use_entries()
            _dry_before_there_is_anything()
            from dvc.cli import main as dvc

            if _runs_stages(arguments):
                held.enter_context(ready_processes(COMPUTING, cold=1))
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
    """Put back what an interruption damaged in the repository around the current folder, and say so."""
    for line in (mend(workspace()), mend_readers(workspace())):
        if line:
            print(line, file=sys.stderr)


if __name__ == "__main__":  # as an environment that was set up earlier calls it
    sys.exit(main(sys.argv[1:]))
